#include "services/auth/tokens/token_verifier.h"

namespace mindspace::auth {

Awaitable<Result<http::Principal>> TokenVerifier::authenticate(std::string_view access_token) {
    const auto now = clock_.now();
    const auto* known = verified_.find(access_token);
    const bool is_known = known != nullptr && now < known->expires_at;
    cache_stats_.count(is_known);
    if (is_known) co_return *known;
    std::string token(access_token);
    auto keys = keys_.known();
    auto principal = verify_access_token(token, *keys, rules_, now, &signatures_);
    if (!principal) {
        keys = co_await keys_.recent(now);
        principal = verify_access_token(token, *keys, rules_, now, &signatures_);
    }
    // Not when keys have been withdrawn while these were read.
    if (principal && keys == keys_.known()) verified_.insert(std::move(token), *principal);
    cache_stats_.entries.set(static_cast<std::int64_t>(verified_.size()));
    co_return principal;
}

void TokenVerifier::drop_keys() {
    keys_.clear();
    verified_.clear();
}

}  // namespace mindspace::auth
