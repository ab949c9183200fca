#pragma once
// Which traces are recorded, decided where a trace begins. The decision depends on the trace's id only (consistent
// probability sampling, as OpenTelemetry defines it over the last 56 bits): processes with the same ratio agree, and
// those with a greater ratio record all traces of the others.

#include "platform/telemetry/trace/trace_context.h"

#include <cstdint>

namespace mindspace::telemetry {

class Sampler {
public:
    // From 0 (none) to 1 (all).
    explicit Sampler(double ratio);
    [[nodiscard]] bool samples(const TraceId& trace) const;

private:
    std::uint64_t threshold_;  // ids below it are not sampled
};

}  // namespace mindspace::telemetry
