#include "platform/telemetry/trace/active_span.h"

#include "platform/async/cancellation.h"
#include "platform/base/result.h"

namespace mindspace::telemetry {

std::shared_ptr<const ActiveSpan> active_span(const asio::any_io_executor& executor) {
    return std::dynamic_pointer_cast<const ActiveSpan>(context_of(executor));
}

ChildSpan ChildSpan::start(const asio::any_io_executor& executor, SpanKind kind) {
    ChildSpan child;
    auto parent = active_span(executor);
    if (!parent) return child;
    const auto& context = parent->context;
    child.state_ = std::make_unique<State>();
    child.state_->began = std::chrono::steady_clock::now();
    child.state_->span = {
        .context = {.trace_id = context.trace_id, .span_id = new_span_id(), .is_sampled = context.is_sampled},
        .parent_id = context.span_id,
        .kind = kind,
        .name = {},
        .began = std::chrono::system_clock::now()};
    child.state_->parent = std::move(parent);
    return child;
}

void ChildSpan::end(std::string error) {
    if (!state_) return;
    const auto state = std::move(state_);
    state->span.took = std::chrono::steady_clock::now() - state->began;
    state->span.error = std::move(error);
    state->parent->tracer.record(std::move(state->span));
}

void ChildSpan::end(const std::exception_ptr& fault) {
    if (state_) end(error_type(fault));
}

namespace {

Awaitable<> run_recorded(std::shared_ptr<const ActiveSpan> root, std::string name, Awaitable<> work) {
    Span span{.context = root->context, .name = std::move(name), .began = std::chrono::system_clock::now()};
    const auto began = std::chrono::steady_clock::now();
    std::exception_ptr fault;
    try {
        auto traced = run_in_context(root, std::move(work));
        co_await std::move(traced);
    } catch (...) {
        fault = std::current_exception();
    }
    span.took = std::chrono::steady_clock::now() - began;
    span.error = error_type(fault);
    root->tracer.record(std::move(span));
    if (fault) std::rethrow_exception(fault);
}

}  // namespace

Awaitable<> run_as_trace(const Tracer* tracer, std::string_view name, Awaitable<> work) {
    if (tracer == nullptr) return work;
    const auto context = tracer->begin(std::nullopt, ParentDecision::ignored);
    if (!context.is_sampled) return work;
    return run_recorded(std::make_shared<const ActiveSpan>(*tracer, context), std::string(name), std::move(work));
}

std::string error_type(const std::exception_ptr& fault) {
    if (!fault) return {};
    if (is_cancellation(fault)) return "cancelled";
    try {
        std::rethrow_exception(fault);
    } catch (const Unavailable&) {
        return "unavailable";
    } catch (...) {
        return "_OTHER";  // as the conventions name an error without a type
    }
}

}  // namespace mindspace::telemetry
