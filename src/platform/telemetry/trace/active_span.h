#pragma once
// The span that a coroutine and all that it awaits work for, if their trace is sampled; clients of servers add child
// spans to it. Without one, starting a child costs a comparison.

#include "platform/async/context/task_context.h"
#include "platform/telemetry/trace/tracer.h"

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace mindspace::telemetry {

class ActiveSpan final : public TaskContext {
public:
    // `of` must outlive all work that was started with it.
    ActiveSpan(const Tracer& of, const TraceContext& at) : tracer(of), context(at) {}
    const Tracer& tracer;
    const TraceContext context;
};

// The active span of the coroutines on this executor; null if there is none.
std::shared_ptr<const ActiveSpan> active_span(const asio::any_io_executor& executor);

// A child of the active span, from its start until end(); empty if nothing is recorded. One that is not ended is not
// recorded.
class ChildSpan {
public:
    ChildSpan() = default;
    static ChildSpan start(const asio::any_io_executor& executor, SpanKind kind);

    explicit operator bool() const { return state_ != nullptr; }
    Span* operator->() const { return &state_->span; }
    // What the work of the span passes on: the context of this span.
    [[nodiscard]] const TraceContext& context() const { return state_->span.context; }
    // Does nothing if it is empty. `error`: a low-cardinality reason, "" on success.
    void end(std::string error = {});
    void end(const std::exception_ptr& fault);

private:
    struct State {
        std::shared_ptr<const ActiveSpan> parent;
        std::chrono::steady_clock::time_point began;
        Span span;
    };
    std::unique_ptr<State> state_;
};

// `work`, which no request waits for, as a trace of its own, if that is sampled. `tracer` may be null.
Awaitable<> run_as_trace(const Tracer* tracer, std::string_view name, Awaitable<> work);

// What "error.type" says of a fault; "" if there is none.
std::string error_type(const std::exception_ptr& fault);

}  // namespace mindspace::telemetry
