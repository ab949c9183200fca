#include "services/auth/client.h"

#include <limits>

namespace mindspace::auth {

namespace {

Error token_revoked() {
    return {ErrorCode::unauthenticated, "token_revoked", "This login session has ended.", {}};
}

}  // namespace

TokenGuard::TokenGuard(Parts parts, TokenRules rules, std::size_t remembered)
    : parts_(std::move(parts)), rules_(std::move(rules)), keys_(parts_.store), verified_(remembered) {}

Awaitable<Result<http::Principal>> TokenGuard::authenticate(std::string_view access_token) {
    auto principal = co_await verify(access_token, clock_.now());
    if (!principal) co_return principal;
    auto state = co_await parts_.registry.find(principal->user, principal->auth_session);
    co_return co_await check_alive(std::move(*principal), std::move(state));
}

Awaitable<http::Admission> TokenGuard::admit(std::string_view access_token, const limits::Policy& policy) {
    auto principal = co_await verify(access_token, clock_.now());
    if (!principal) co_return http::Admission{.caller = principal.error()};
    auto entry = co_await parts_.registry.enter(parts_.limiter, principal->user, principal->auth_session, policy);
    auto caller = co_await check_alive(std::move(*principal), std::move(entry.state));
    co_return http::Admission{.caller = std::move(caller), .verdict = entry.verdict};
}

Awaitable<Result<http::Principal>> TokenGuard::check_alive(http::Principal principal, SessionRegistry::State state) {
    const auto id = principal.auth_session;
    bool is_revoked =
        state.alive == false || (state.ended && state.ended->covers(id)) || parts_.revoked.contains(principal.user, id);
    if (is_revoked) co_return token_revoked();
    if (!state.alive) {
        bool alive = co_await parts_.store.is_alive(principal.user, principal.auth_session, clock_.now());
        if (!alive) co_return token_revoked();
        // Nor would Redis know of a write: all this user's are behind us. Told first, for whoever finds them alive
        // there.
        if (!parts_.replicas.is_empty()) {
            state.written = co_await parts_.replicas.position();
            co_await parts_.registry.remember_write(principal.user, *state.written);
        }
        co_await parts_.registry.remember_alive(principal.user, principal.auth_session);
    }
    if (state.written) parts_.replicas.note(principal.user.value, *state.written);
    principal.user_version = std::move(state.user_version);
    co_return std::move(principal);
}

// When the primary was lost just behind the commit, its log is of unknown length: for a minute nobody else is asked.
Awaitable<> TokenGuard::note_write(UserId user) {
    if (parts_.replicas.is_empty()) co_return;
    auto position = std::numeric_limits<postgres::LogPosition>::max();
    try {
        position = co_await parts_.replicas.position();
        parts_.replicas.note(user.value, position);
    } catch (const Unavailable&) {
    }
    co_await parts_.registry.remember_write(user, position);
}

Awaitable<Result<http::Principal>> TokenGuard::verify(std::string_view access_token, Timestamp now) {
    const auto* known = verified_.find(access_token);
    const bool is_known = known != nullptr && now < known->expires_at;
    cache_stats_.count(is_known);
    if (is_known) co_return *known;
    std::string token(access_token);
    auto keys = keys_.known();
    auto principal = verify_access_token(token, *keys, rules_, now);
    if (!principal) {
        keys = co_await keys_.recent(now);
        principal = verify_access_token(token, *keys, rules_, now);
    }
    // Not when keys have been withdrawn while these were read.
    if (principal && keys == keys_.known()) verified_.insert(std::move(token), *principal);
    cache_stats_.entries.set(static_cast<std::int64_t>(verified_.size()));
    co_return principal;
}

void TokenGuard::forget_keys() {
    keys_.forget();
    verified_.clear();
}

}  // namespace mindspace::auth
