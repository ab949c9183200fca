#pragma once
// Responds if there is no handler: to requests that the server refuses, and where the path (404) or the method (405, or
// 204 to OPTIONS) has no endpoint.

#include "platform/http/middleware/step.h"

namespace mindspace::http {

class RoutingStep final : public Step {
public:
    Awaitable<> before(Exchange& exchange) override;
};

}  // namespace mindspace::http
