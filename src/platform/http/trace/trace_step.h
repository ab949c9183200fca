#pragma once
// The trace of a request: continued from its `traceparent` or started here, and recorded with the response if it is
// sampled, failed or slow.

#include "platform/http/middleware/step.h"
#include "platform/telemetry/trace/tracer.h"

#include <memory>
#include <string_view>

namespace mindspace {
class TaskContext;
}

namespace mindspace::http {

class TraceStep final : public Step {
public:
    // Without a tracer nothing is recorded, and a request has no span. `decision`: how to treat the callers' sampling.
    // `scheme`: of the URLs that callers use ("https").
    TraceStep(const telemetry::Tracer* tracer, telemetry::ParentDecision decision, std::string_view scheme)
        : tracer_(tracer), decision_(decision), scheme_(scheme) {}

    // Called before all steps. Returns the context of the request's work (async/context); null if it is not sampled.
    [[nodiscard]] std::shared_ptr<const TaskContext> begin(Exchange& exchange) const;
    // After the step that measures the duration.
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    const telemetry::Tracer* tracer_;
    const telemetry::ParentDecision decision_;
    const std::string_view scheme_;
};

}  // namespace mindspace::http
