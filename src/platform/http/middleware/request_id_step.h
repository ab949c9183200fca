#pragma once
// Names the request: by the X-Request-Id that came with it, if that is one, or a new id; its response says it. And
// finds the trace that it is part of (W3C Trace Context).

#include "platform/http/middleware/step.h"

namespace mindspace::http {

class RequestIdStep final : public Step {
public:
    Awaitable<> before(Exchange& exchange) override;
    Awaitable<> after(Exchange& exchange, Response& response) override;
};

}  // namespace mindspace::http
