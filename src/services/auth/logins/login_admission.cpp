#include "services/auth/logins/login_admission.h"

namespace mindspace::auth {

namespace {

Error token_revoked() {
    return {ErrorCode::unauthenticated, "token_revoked", "This login session has ended.", {}};
}

}  // namespace

Awaitable<http::Admitted> LoginAdmission::admit(http::Principal principal, const limits::Policy* policy) {
    SessionRegistry::Entry entry;
    if (policy != nullptr)
        entry = co_await parts_.registry.enter(parts_.limiter, principal.user, principal.auth_session, *policy);
    else
        entry.state = co_await parts_.registry.find(principal.user, principal.auth_session);
    auto caller = co_await check_alive(std::move(principal), std::move(entry.state));
    co_return http::Admitted{.caller = std::move(caller), .decision = entry.decision};
}

Awaitable<Result<http::Principal>> LoginAdmission::check_alive(http::Principal principal,
                                                               SessionRegistry::State state) {
    const auto id = principal.auth_session;
    const bool is_revoked =
        state.alive == false || (state.ended && state.ended->covers(id)) || parts_.revoked.contains(principal.user, id);
    if (is_revoked) co_return token_revoked();
    if (state.alive) {
        if (state.written) parts_.writes.record(principal.user, *state.written);
    } else {
        const bool alive = co_await parts_.store.is_alive(principal.user, id, clock_.now());
        if (!alive) co_return token_revoked();
        // First, for those who find the login session alive there.
        co_await parts_.writes.assume_written(principal.user);
        co_await parts_.registry.remember_alive(principal.user, id);
    }
    principal.user_version = std::move(state.user_version);
    co_return std::move(principal);
}

}  // namespace mindspace::auth
