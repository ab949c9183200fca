#include "services/auth/admission/login_admission.h"

#include <chrono>

namespace mindspace::auth {

namespace {

Error token_revoked() {
    return {ErrorCode::unauthenticated, "token_revoked", "This login session has ended.", {}};
}

}  // namespace

Awaitable<http::Admitted> LoginAdmission::admit(http::Principal principal, const limits::Policy* policy) {
    const auto now = std::chrono::steady_clock::now();
    if (parts_.leases != nullptr && !parts_.revoked.contains(principal.user, principal.auth_session)) {
        if (auto admitted = parts_.leases->admit(principal.user, principal.auth_session, policy, now)) {
            principal.user_version = std::move(admitted->user_version);
            co_return http::Admitted{.caller = std::move(principal), .decision = admitted->decision};
        }
    }
    co_return co_await ask(std::move(principal), policy, now);
}

Awaitable<http::Admitted> LoginAdmission::ask(http::Principal principal, const limits::Policy* policy,
                                              leases::TimePoint now) {
    std::optional<LoginLeases::Logins::Request> request;
    if (parts_.leases != nullptr) request = parts_.leases->logins().begin(now);
    SessionRegistry::Entry entry;
    if (policy != nullptr)
        entry = co_await enter(principal.user, principal.auth_session, *policy, now);
    else
        entry.state = co_await parts_.registry.find(principal.user, principal.auth_session);
    const bool is_known = entry.state.alive.has_value() && !entry.state.user_version.empty();
    auto caller = co_await check_alive(std::move(principal), std::move(entry.state));
    if (request && is_known && caller)
        parts_.leases->logins().store(*request, caller->user, {caller->auth_session, caller->user_version});
    co_return http::Admitted{.caller = std::move(caller), .decision = entry.decision};
}

Awaitable<SessionRegistry::Entry> LoginAdmission::enter(UserId user, AuthSessionId session,
                                                        const limits::Policy& policy, leases::TimePoint now) {
    limits::UncountedCalls earlier;
    if (parts_.leases != nullptr) earlier = parts_.leases->quotas().settle(user, policy, now);
    auto entry = co_await parts_.registry.enter(parts_.limiter, user, session, policy, earlier);
    if (parts_.leases != nullptr && entry.backlog && entry.decision.allowed)
        parts_.leases->quotas().renew(user, policy, *entry.backlog, std::chrono::steady_clock::now());
    co_return entry;
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
