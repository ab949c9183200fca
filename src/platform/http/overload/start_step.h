#pragma once
// Has a request wait until it is its turn, beyond a few at a time, and counts it as served until its response is made.
// Whether it is taken at all, the server asks before it reads its content (OverloadControl::admits()).

#include "platform/http/middleware/step.h"
#include "platform/http/overload/overload_control.h"

namespace mindspace::http {

class StartStep final : public Step {
public:
    explicit StartStep(OverloadControl& overload) : overload_(overload) {}
    Awaitable<> before(Exchange& exchange) override;
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    Awaitable<> wait_to_start(Exchange& exchange);
    void begin(Exchange& exchange);

    OverloadControl& overload_;
};

}  // namespace mindspace::http
