#include "platform/http/middleware/routing_step.h"

namespace mindspace::http {

namespace {

Response respond_without_endpoint(const Exchange& exchange) {
    if (exchange.allow.empty()) return problem(404, "not_found", "This path does not exist.", exchange.request_id);
    Response response{.status = 204, .body = {}};
    if (exchange.head.method != Method::options)
        response = problem(405, "method_not_allowed", "This path does not support the method.", exchange.request_id);
    response.headers.emplace_back("Allow", std::string(exchange.allow) + ", OPTIONS");
    return response;
}

}  // namespace

Awaitable<> RoutingStep::before(Exchange& exchange) {
    if (exchange.refusal)
        exchange.response = problem(*exchange.refusal, exchange.request_id);
    else if (exchange.endpoint == nullptr)
        exchange.response = respond_without_endpoint(exchange);
    return {};
}

}  // namespace mindspace::http
