#pragma once
// The spans of one step of some events: of those whose cause is part of a recorded trace, each in that trace.

#include "platform/events/event.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::telemetry {
class Tracer;
}

namespace mindspace::events {

struct EventTracing {
    const telemetry::Tracer* tracer = nullptr;  // null: no traces
    // The transport, as the conventions name it; set by the pipeline.
    std::string_view system = "postgres";
    std::string destination = "outbox";
};

enum class EventStep : std::uint8_t { send, process };

class EventSpans {
public:
    // The step begins now. `consumer` must outlive the object.
    EventSpans(const EventTracing& tracing, EventStep step, std::string_view consumer)
        : tracing_(tracing), step_(step), consumer_(consumer) {}

    // The events pass on the context of this step's spans instead of that of their causes.
    void follow(std::vector<Event>& events);
    // The step has ended for all of `events`: those of follow(), if it was called. `error`: "" on success.
    void record(std::span<const Event> events, const std::string& error = {}) const;

private:
    const EventTracing tracing_;
    const EventStep step_;
    const std::string_view consumer_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::vector<telemetry::TraceContext> causes_;  // of the events of follow()
};

}  // namespace mindspace::events
