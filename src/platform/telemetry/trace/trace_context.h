#pragma once
// W3C Trace Context: the header field `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header).

#include <optional>
#include <string_view>

namespace mindspace::telemetry {

struct TraceContext {
    std::string_view trace_id;   // 32 hexadecimal digits, lower case
    std::string_view parent_id;  // 16
    bool sampled = false;
};

// Returns views into the text, or nullopt for an invalid text: then the trace begins here.
std::optional<TraceContext> parse_traceparent(std::string_view text);

}  // namespace mindspace::telemetry
