#pragma once
// The traces of this process: what is recorded, and the exporter that sends it to the collector.

#include "app/roles.h"
#include "platform/telemetry/trace/exporter.h"
#include "platform/telemetry/trace/tracer.h"

namespace mindspace::app {

struct TraceSettings;

class Tracing {
public:
    // Starts a thread. Spans carry the names of the roles.
    Tracing(const TraceSettings& settings, const Roles& roles);

    [[nodiscard]] const telemetry::Tracer& tracer() const { return tracer_; }
    // From any thread.
    void collect(telemetry::Page& page) const { exporter_.collect(page); }

private:
    telemetry::SpanExporter exporter_;
    telemetry::Tracer tracer_;
};

}  // namespace mindspace::app
