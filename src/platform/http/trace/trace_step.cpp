#include "platform/http/trace/trace_step.h"

#include "platform/http/api/endpoint.h"
#include "platform/telemetry/trace/active_span.h"

namespace mindspace::http {

namespace {

using telemetry::Span;

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server
Span server_span(const Exchange& exchange, const Response& response, std::string_view scheme) {
    const auto& head = exchange.head;
    const bool is_readable = !head.path.empty();
    const std::string method(is_readable ? method_name(head.method) : "_OTHER");
    const auto took = std::chrono::duration_cast<std::chrono::system_clock::duration>(exchange.duration);
    Span span{.context = exchange.trace,
              .parent_id = exchange.parent_span,
              .kind = telemetry::SpanKind::server,
              .name = is_readable ? method : "HTTP",
              .began = std::chrono::system_clock::now() - took,
              .took = exchange.duration};
    span.attributes = {{"http.request.method", method}, {"url.scheme", std::string(scheme)}};
    if (exchange.endpoint != nullptr) {
        const std::string route(exchange.endpoint->declaration.path);
        span.name += ' ' + route;
        span.attributes.emplace_back("http.route", route);
        span.attributes.emplace_back("url.path", route);  // the path itself may contain the id of a user
    }
    span.attributes.emplace_back("http.response.status_code", std::int64_t{response.status});
    if (response.status >= 500) span.error = std::to_string(response.status);
    return span;
}

}  // namespace

std::shared_ptr<const TaskContext> TraceStep::begin(Exchange& exchange) const {
    std::optional<telemetry::TraceContext> parent;
    if (const auto field = exchange.head.find("traceparent")) parent = telemetry::parse_traceparent(*field);
    if (tracer_ == nullptr) {
        if (parent) exchange.trace.trace_id = parent->trace_id;  // for log lines
        return nullptr;
    }
    exchange.trace = tracer_->begin(parent, decision_);
    if (parent) exchange.parent_span = parent->span_id;
    if (!exchange.trace.is_sampled) return nullptr;
    return std::make_shared<const telemetry::ActiveSpan>(*tracer_, exchange.trace);
}

Awaitable<> TraceStep::after(Exchange& exchange, Response& response) {
    if (tracer_ == nullptr) return {};
    // What the server refuses, such as an overload, is no failed work, and may be nearly all requests.
    const bool has_failed = response.status >= 500 && !exchange.refusal;
    if (exchange.trace.is_sampled || has_failed || tracer_->is_slow(exchange.duration))
        tracer_->record(server_span(exchange, response, scheme_));
    return {};
}

}  // namespace mindspace::http
