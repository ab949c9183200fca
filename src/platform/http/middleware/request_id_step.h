#pragma once
// Identifies the request by its X-Request-Id, if valid, or else by a new id, which the response returns.

#include "platform/http/middleware/step.h"

namespace mindspace::http {

class RequestIdStep final : public Step {
public:
    Awaitable<> before(Exchange& exchange) override;
    Awaitable<> after(Exchange& exchange, Response& response) override;
};

}  // namespace mindspace::http
