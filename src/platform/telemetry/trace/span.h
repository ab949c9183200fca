#pragma once
// One recorded step of a trace: what was done, when, for how long, and with what result. Names and attributes follow
// OpenTelemetry's semantic conventions; no attribute holds personal data.

#include "platform/telemetry/trace/trace_context.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mindspace::telemetry {

// As OTLP numbers them.
enum class SpanKind : std::uint8_t { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };

struct Attribute {
    std::string_view name;  // a literal
    std::variant<std::string, std::int64_t> value;
};

struct Span {
    TraceContext context;  // its own
    SpanId parent_id{};    // zero: the trace begins with it
    SpanKind kind = SpanKind::internal;
    std::string name{};
    std::chrono::system_clock::time_point began{};
    std::chrono::nanoseconds took{};
    std::vector<Attribute> attributes{};
    std::vector<TraceContext> links{};  // spans of other work that caused this one
    std::string error{};                // why it failed: "error.type" of the conventions; "": it did not
};

}  // namespace mindspace::telemetry
