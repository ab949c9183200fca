#pragma once
// W3C Trace Context: the field `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header).

#include <optional>
#include <string_view>

namespace mindspace::telemetry {

struct TraceContext {
    std::string_view trace_id;   // 32 hexadecimal digits, lower case
    std::string_view parent_id;  // 16
    bool sampled = false;
};

// Views into the text. Nothing for a text that breaks the rules: then the trace begins here.
std::optional<TraceContext> parse_traceparent(std::string_view text);

}  // namespace mindspace::telemetry
