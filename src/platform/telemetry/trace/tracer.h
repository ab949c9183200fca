#pragma once
// Decides which traces of this process are recorded, and records their spans. One per process, used by all its cores.

#include "platform/base/time.h"
#include "platform/telemetry/trace/sampler.h"
#include "platform/telemetry/trace/span.h"

#include <optional>
#include <utility>

namespace mindspace::telemetry {

class SpanExporter;

struct TracerOptions {
    double sample_ratio = 0.01;
    Milliseconds slow{1000};       // a request that takes so long is recorded, sampled or not
    bool follows_clients = false;  // whether a client's `traceparent` decides if its trace is sampled
};

// Whether a trace that has begun elsewhere is sampled as it says, or as this process decides.
enum class ParentDecision { ignored, followed };

class Tracer {
public:
    // `exporter` must outlive it.
    Tracer(TracerOptions options, SpanExporter& exporter)
        : options_(options), sampler_(options.sample_ratio), exporter_(exporter) {}

    // The context of a new span: in the trace of `parent`, or in a new trace.
    [[nodiscard]] TraceContext begin(const std::optional<TraceContext>& parent, ParentDecision decision) const;
    // Of a request from outside: ParentDecision by the settings.
    [[nodiscard]] ParentDecision of_clients() const {
        return options_.follows_clients ? ParentDecision::followed : ParentDecision::ignored;
    }
    // Whether a request of that duration is recorded even if its trace is not sampled.
    [[nodiscard]] bool is_slow(std::chrono::nanoseconds took) const { return took >= options_.slow; }

    // The span of work that has just ended, and was caused by work of another process or of an earlier time: in its
    // trace, linked to it. The name is the caller's.
    [[nodiscard]] static Span follow(const TraceContext& cause, SpanKind kind, std::chrono::nanoseconds took);

    // From any thread; never waits.
    void record(Span span) const;

private:
    const TracerOptions options_;
    const Sampler sampler_;
    SpanExporter& exporter_;
};

}  // namespace mindspace::telemetry
