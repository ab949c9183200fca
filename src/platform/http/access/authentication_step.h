#pragma once
// Who calls: the user of the access token, where an endpoint is not for anyone. What is wrong with a token is noted
// only; AdmissionStep refuses it, once it has counted the attempt.

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
