#pragma once
// Identifies the owner of an access token. Provided by the auth service (auth/tokens/token_verifier.h).

#include "platform/async/awaitable.h"
#include "platform/base/result.h"
#include "platform/http/access/principal.h"

#include <string_view>

namespace mindspace::http {

class Authentication {
public:
    virtual ~Authentication() = default;
    // Verifies that the token is genuine and not expired; Admission checks whether its login session is still alive.
    // `access_token` is borrowed until it has been awaited. Error: unauthenticated (`invalid_token`, `token_expired`).
    // Fault: Unavailable, if the keys cannot be read.
    virtual Awaitable<Result<Principal>> authenticate(std::string_view access_token) = 0;
};

}  // namespace mindspace::http
