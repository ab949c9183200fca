#include "platform/http/overload/start_step.h"

#include <utility>

namespace mindspace::http {

Awaitable<> StartStep::before(Exchange& exchange) {
    if (overload_.must_wait(exchange.endpoint)) return wait_to_start(exchange);
    begin(exchange);
    return {};
}

Awaitable<> StartStep::wait_to_start(Exchange& exchange) {
    co_await overload_.wait_to_start();
    begin(exchange);
}

void StartStep::begin(Exchange& exchange) {
    overload_.begin(exchange.endpoint);
    exchange.is_served = true;
}

Awaitable<> StartStep::after(Exchange& exchange, Response& /*response*/) {
    if (std::exchange(exchange.is_served, false)) overload_.end(exchange.endpoint);
    return {};
}

}  // namespace mindspace::http
