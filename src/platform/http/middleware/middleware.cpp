#include "platform/http/middleware/middleware.h"

#include "platform/async/cancellation.h"
#include "platform/async/context/task_context.h"
#include "platform/http/access/admission_step.h"
#include "platform/http/access/authentication_step.h"
#include "platform/http/access/gateway_step.h"
#include "platform/http/access/write_tracking_step.h"
#include "platform/http/api/endpoint.h"
#include "platform/http/middleware/access_log_step.h"
#include "platform/http/middleware/compression.h"
#include "platform/http/middleware/conditional_step.h"
#include "platform/http/middleware/negotiation_step.h"
#include "platform/http/middleware/request_id_step.h"
#include "platform/http/middleware/routing_step.h"
#include "platform/http/overload/start_step.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/this_coro.hpp>

#include <ranges>

namespace mindspace::http {

namespace {

Response fault_response(const Exchange& exchange, const std::exception_ptr& fault) {
    const auto& request_id = exchange.request_id;
    const auto trace_id = telemetry::text_of(exchange.trace.trace_id);
    const auto span_id = telemetry::text_of(exchange.trace.span_id);
    if (exchange.is_late) return problem(504, "deadline_exceeded", "The request took too long to process.", request_id);
    try {
        std::rethrow_exception(fault);
    } catch (const Unavailable& unavailable) {
        log::warn("request failed", {{"event.action", "unavailable"},
                                     {"http.request.id", request_id},
                                     {"trace.id", trace_id},
                                     {"span.id", span_id},
                                     {"error.message", unavailable.what()}});
        return problem(503, "unavailable", "A part of the service is temporarily unavailable. Try again.", request_id);
    } catch (const std::exception& other) {
        if (is_cancellation(other))
            return problem(503, "unavailable", "The server is stopping. Try again.", request_id);
        log::error("request failed", {{"event.action", "internal_error"},
                                      {"http.request.id", request_id},
                                      {"trace.id", trace_id},
                                      {"span.id", span_id},
                                      {"error.message", other.what()}});
        return problem(500, "internal_error", "An internal error occurred.", request_id);
    }
}

// Requests from a gateway continue one of our own traces.
telemetry::ParentDecision decision_on_traces(const MiddlewareParts& parts) {
    if (parts.gateway != nullptr) return telemetry::ParentDecision::followed;
    return parts.tracer != nullptr ? parts.tracer->of_clients() : telemetry::ParentDecision::ignored;
}

}  // namespace

// The list. Requests pass it from top to bottom, responses from bottom to top.
Middleware::Middleware(const MiddlewareParts& parts, CoreMetrics& metrics)
    : trace_(parts.tracer, decision_on_traces(parts), parts.scheme) {
    const auto& access = parts.access;
    if (parts.access_log != nullptr) add<AccessLogStep>(*parts.access_log);
    steps_.push_back(&trace_);
    add<MetricsStep>(metrics);
    add<RequestIdStep>();
    if (parts.cors != nullptr) add<CorsStep>(*parts.cors);
    if (parts.gateway != nullptr) add<GatewayStep>(*parts.gateway, metrics);
    add<RoutingStep>();
    if (parts.overload != nullptr) add<StartStep>(*parts.overload);
    if (access) add<AuthenticationStep>(access->authentication);
    add<AdmissionStep>(access ? &access->admission : nullptr, parts.limiter, parts.limits, metrics);
    if (parts.compression != nullptr) add<CompressionStep>(*parts.compression);
    add<ConditionalStep>();
    add<NegotiationStep>();
    if (parts.idempotency != nullptr) steps_.push_back(parts.idempotency);
    if (access) add<WriteTrackingStep>(access->writes);
}

Awaitable<> Middleware::handle(Exchange& exchange) {
    auto context = trace_.begin(exchange);
    return context ? pass_in_context(exchange, std::move(context)) : pass(exchange);
}

// A separate coroutine, with its own cancellation state: the cancellation that pass() has handled is also set in the
// caller's.
Awaitable<> Middleware::pass_in_context(Exchange& exchange, std::shared_ptr<const TaskContext> context) {
    auto work = run_in_context(std::move(context), pass(exchange));
    co_await std::move(work);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_await asio::this_coro::reset_cancellation_state();
}

// After a fault the cancellation state is reset first: in a cancelled coroutine even the call of another one throws,
// and the remaining steps of the response may have to wait.
Awaitable<> Middleware::pass(Exchange& exchange) {
    std::exception_ptr fault;
    try {
        for (auto* step : steps_) {
            if (auto pending = step->before(exchange); pending.valid()) co_await std::move(pending);
            if (exchange.response) break;
        }
        if (!exchange.response) exchange.response = co_await exchange.endpoint->handle(exchange);
    } catch (...) {
        fault = std::current_exception();
    }
    if (fault) {
        co_await asio::this_coro::reset_cancellation_state();
        exchange.response = fault_response(exchange, std::exchange(fault, nullptr));
    }
    for (auto* step : steps_ | std::views::reverse) {
        try {
            if (auto pending = step->after(exchange, *exchange.response); pending.valid()) co_await std::move(pending);
        } catch (...) {
            fault = std::current_exception();
        }
        if (fault) {
            co_await asio::this_coro::reset_cancellation_state();
            exchange.response = fault_response(exchange, std::exchange(fault, nullptr));
        }
    }
}

}  // namespace mindspace::http
