#pragma once
// Identifies the caller by the access token, unless the endpoint is open to anyone. An invalid token is only recorded;
// AdmissionStep refuses it after counting the attempt.

#include "platform/http/access/authentication.h"
#include "platform/http/middleware/step.h"

namespace mindspace::http {

class AuthenticationStep final : public Step {
public:
    explicit AuthenticationStep(Authentication& authentication) : authentication_(authentication) {}
    Awaitable<> before(Exchange& exchange) override;

private:
    Awaitable<> authenticate(Exchange& exchange, std::string_view access_token);

    Authentication& authentication_;
};

}  // namespace mindspace::http
