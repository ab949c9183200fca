#pragma once
// Whether the login session of a verified token is alive, and whether its user has calls left. Checked for each
// request: in the revocations that PostgreSQL has reported to this process, then in what the core holds on lease, in
// Redis, and in PostgreSQL if Redis lacks the session or is unavailable. One per core.

#include "platform/http/access/admission.h"
#include "services/auth/admission/login_leases.h"
#include "services/auth/logins/revocations.h"
#include "services/auth/logins/session_registry.h"
#include "services/auth/logins/store.h"
#include "services/auth/logins/write_tracker.h"

namespace mindspace::auth {

class LoginAdmission final : public http::Admission {
public:
    struct Parts {
        AuthStore store;
        SessionRegistry registry;
        limits::RateLimiter& limiter;
        RevokedSessions& revoked;
        WriteTracker& writes;  // learns from Redis how far replicas must be for the caller
        LoginLeases* leases;   // null: Redis is asked each time
    };
    explicit LoginAdmission(Parts parts) : parts_(parts) {}

    Awaitable<http::Admitted> admit(http::Principal principal, const limits::Policy* policy) override;

private:
    Awaitable<http::Admitted> ask(http::Principal principal, const limits::Policy* policy, leases::TimePoint now);
    Awaitable<SessionRegistry::Entry> enter(UserId user, AuthSessionId session, const limits::Policy& policy,
                                            leases::TimePoint now);
    Awaitable<Result<http::Principal>> check_alive(http::Principal principal, SessionRegistry::State state);

    Parts parts_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
