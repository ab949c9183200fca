#include "platform/telemetry/trace/tracer.h"

#include "platform/telemetry/trace/exporter.h"

namespace mindspace::telemetry {

TraceContext Tracer::begin(const std::optional<TraceContext>& parent, ParentDecision decision) const {
    TraceContext context{.trace_id = parent ? parent->trace_id : new_trace_id(), .span_id = new_span_id()};
    if (parent && decision == ParentDecision::followed)
        context.is_sampled = parent->is_sampled;
    else  // an id that a client has chosen decides nothing: it could be one that is always sampled
        context.is_sampled = sampler_.samples(parent ? new_trace_id() : context.trace_id);
    return context;
}

Span Tracer::follow(const TraceContext& cause, SpanKind kind, std::chrono::nanoseconds took) {
    return {.context = {.trace_id = cause.trace_id, .span_id = new_span_id(), .is_sampled = cause.is_sampled},
            .parent_id = cause.span_id,
            .kind = kind,
            .name = {},
            .began = std::chrono::system_clock::now() -
                     std::chrono::duration_cast<std::chrono::system_clock::duration>(took),
            .took = took,
            .links = {cause}};
}

void Tracer::record(Span span) const {
    exporter_.add(std::move(span));
}

}  // namespace mindspace::telemetry
