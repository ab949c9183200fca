#pragma once
// Makes requests above a small number wait for their start, and counts them as served until they have a response. The
// server decides before reading the content whether a request is admitted (OverloadControl::admits()).

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
