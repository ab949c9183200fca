#pragma once
// Whether an authenticated caller may call now. Provided by the auth service (auth/admission/login_admission.h).

#include "platform/async/awaitable.h"
#include "platform/base/result.h"
#include "platform/http/access/principal.h"
#include "platform/limits/gcra.h"

namespace mindspace::http {

// The caller, and whether their quota allows the call.
struct Admitted {
    Result<Principal> caller;
    limits::RateLimitDecision decision{};
};

class Admission {
public:
    virtual ~Admission() = default;
    // Checks that the caller's login session is alive, reads the version of their data, and takes one call from their
    // quota, all in one round trip. `policy` is borrowed until it has been awaited; null: the call is not counted.
    // Error of the caller: unauthenticated (`token_revoked`). Fault: Unavailable, if the check is not possible.
    virtual Awaitable<Admitted> admit(Principal principal, const limits::Policy* policy) = 0;
};

}  // namespace mindspace::http
