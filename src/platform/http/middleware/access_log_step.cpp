#include "platform/http/middleware/access_log_step.h"

#include "platform/http/api/endpoint.h"

namespace mindspace::http {

Awaitable<> AccessLogStep::after(Exchange& exchange, Response& response) {
    const auto& head = exchange.head;
    const auto user = exchange.principal.user == UserId{} ? std::string() : exchange.principal.user.to_string();
    const bool is_readable = !head.path.empty();
    log_.add(
        {.at = SystemClock{}.now(),
         .method = is_readable ? method_name(head.method) : std::string_view(),
         .route = exchange.endpoint != nullptr ? exchange.endpoint->declaration.path : std::string_view("unmatched"),
         .path = head.path,
         .status = static_cast<unsigned>(response.status),
         .duration = exchange.duration,
         .bytes = response.content_length(),
         .request_id = exchange.request_id,
         .client_ip = exchange.client.address,
         .user_id = user,
         .trace_id = telemetry::text_of(exchange.trace.trace_id),
         .span_id = telemetry::text_of(exchange.trace.span_id)});
    return {};
}

}  // namespace mindspace::http
