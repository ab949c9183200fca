#pragma once
// The trace of a request: taken from its `traceparent` or begun, and recorded with the response if it is sampled, has
// failed or was slow.

#include "platform/http/middleware/step.h"
#include "platform/telemetry/trace/tracer.h"

#include <memory>

namespace mindspace {
class TaskContext;
}

namespace mindspace::http {

class TraceStep final : public Step {
public:
    // Without a tracer nothing is recorded, and a request has no span. `decision`: of the traces of its callers.
    TraceStep(const telemetry::Tracer* tracer, telemetry::ParentDecision decision)
        : tracer_(tracer), decision_(decision) {}

    // Before all steps. Returns what the request's work runs with (async/context); null if its trace is not sampled.
    [[nodiscard]] std::shared_ptr<const TaskContext> begin(Exchange& exchange) const;
    // After the duration is known.
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    const telemetry::Tracer* tracer_;
    const telemetry::ParentDecision decision_;
};

}  // namespace mindspace::http
