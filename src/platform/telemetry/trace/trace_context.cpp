#include "platform/telemetry/trace/trace_context.h"

#include <algorithm>

namespace mindspace::telemetry {

namespace {

constexpr std::size_t kLength = 55;  // version 00; later versions may be longer

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
    if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    auto version = text.substr(0, 2);
    auto trace_id = text.substr(3, 32);
    auto parent_id = text.substr(36, 16);
    auto flags = text.substr(53, 2);
    if (!is_hex(version) || !is_hex(trace_id) || !is_hex(parent_id) || !is_hex(flags)) return std::nullopt;
    if (version == "ff" || is_zero(trace_id) || is_zero(parent_id)) return std::nullopt;
    bool is_longer = text.size() > kLength;
    if (is_longer && (version == "00" || text[kLength] != '-')) return std::nullopt;
    char last = flags[1];
    unsigned bits = static_cast<unsigned>(last <= '9' ? last - '0' : last - 'a' + 10);
    return TraceContext{.trace_id = trace_id, .parent_id = parent_id, .sampled = (bits & 1U) != 0};
}

}  // namespace mindspace::telemetry
