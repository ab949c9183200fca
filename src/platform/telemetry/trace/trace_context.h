#pragma once
// The place of a piece of work in a trace, as W3C Trace Context writes it in the header field `traceparent`
// (https://www.w3.org/TR/trace-context/#traceparent-header). A value of fixed size: most of them belong to requests of
// which nothing is recorded.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::telemetry {

using TraceId = std::array<char, 32>;  // hexadecimal digits, lower case; zero bytes: none
using SpanId = std::array<char, 16>;

struct TraceContext {
    TraceId trace_id{};
    SpanId span_id{};
    bool is_sampled = false;  // its spans are recorded

    [[nodiscard]] bool exists() const { return trace_id.front() != '\0'; }
    bool operator==(const TraceContext&) const = default;
};

// The digits; "" without an id.
template <std::size_t kSize>
std::string_view text_of(const std::array<char, kSize>& id) {
    return id.front() == '\0' ? std::string_view() : std::string_view(id.data(), id.size());
}

// Returns nullopt for an invalid text: then the trace begins here.
std::optional<TraceContext> parse_traceparent(std::string_view text);
// The same for a text that was stored: a context without ids for "" and for an invalid text.
TraceContext stored_trace(std::string_view text);
std::string to_traceparent(const TraceContext& context);

// Random ids.
TraceId new_trace_id();
SpanId new_span_id();

}  // namespace mindspace::telemetry
