#include "platform/events/event_spans.h"

#include "platform/events/cloud_event.h"
#include "platform/telemetry/trace/tracer.h"

#include <algorithm>
#include <iterator>

namespace mindspace::events {

namespace {

using telemetry::Span;
using telemetry::SpanKind;

// https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
// The type of the event takes the place of the destination in the name: there is one destination for all.
void describe(Span& span, const Event& event, EventStep step, const EventTracing& tracing, std::string_view consumer) {
    const std::string operation = step == EventStep::send ? "send" : "process";
    span.name = operation + ' ' + event.type;
    span.attributes = {{"messaging.system", std::string(tracing.system)},
                       {"messaging.operation.name", operation},
                       {"messaging.operation.type", operation},
                       {"messaging.destination.name", tracing.destination},
                       {"messaging.message.id", event_id(event.position)},
                       {"mindspace.event.type", event.type}};
    if (step == EventStep::process)
        span.attributes.emplace_back("messaging.consumer.group.name", std::string(consumer));
}

}  // namespace

void EventSpans::follow(std::vector<Event>& events) {
    if (tracing_.tracer == nullptr) return;
    std::ranges::transform(events, std::back_inserter(causes_), &Event::trace);
    for (auto& event : events)
        if (event.trace.is_sampled) event.trace.span_id = telemetry::new_span_id();
}

void EventSpans::record(std::span<const Event> events, const std::string& error) const {
    if (tracing_.tracer == nullptr) return;
    const auto took = std::chrono::steady_clock::now() - began_;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& event = events[i];
        if (!event.trace.is_sampled) continue;
        auto span = telemetry::Tracer::follow(causes_.empty() ? event.trace : causes_[i],
                                              step_ == EventStep::send ? SpanKind::producer : SpanKind::consumer, took);
        if (!causes_.empty()) span.context.span_id = event.trace.span_id;
        describe(span, event, step_, tracing_, consumer_);
        span.error = error;
        tracing_.tracer->record(std::move(span));
    }
}

}  // namespace mindspace::events
