#include "platform/telemetry/trace/trace_context.h"

#include "platform/base/hex.h"

#include <sodium.h>

#include <algorithm>
#include <cstdint>

namespace mindspace::telemetry {

namespace {

constexpr std::size_t kTraceparentLength = 55;  // version 00; later versions may be longer

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

// Random bytes are fetched in blocks: one system call serves many ids.
template <std::size_t kSize>
std::array<char, kSize> random_id() {
    thread_local std::array<std::uint8_t, 2048> pool;
    thread_local std::size_t used = pool.size();
    if (used + kSize / 2 > pool.size()) {
        randombytes_buf(pool.data(), pool.size());
        used = 0;
    }
    std::array<char, kSize> id;
    for (std::size_t i = 0; i < kSize; i += 2) {
        const auto byte = pool[used++];
        id[i] = kHexDigits[byte >> 4];
        id[i + 1] = kHexDigits[byte & 15];
    }
    return id;
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
    if (text.size() < kTraceparentLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    auto version = text.substr(0, 2);
    auto trace_id = text.substr(3, 32);
    auto parent_id = text.substr(36, 16);
    auto flags = text.substr(53, 2);
    if (!is_hex(version) || !is_hex(trace_id) || !is_hex(parent_id) || !is_hex(flags)) return std::nullopt;
    if (version == "ff" || is_zero(trace_id) || is_zero(parent_id)) return std::nullopt;
    bool is_longer = text.size() > kTraceparentLength;
    if (is_longer && (version == "00" || text[kTraceparentLength] != '-')) return std::nullopt;
    char last = flags[1];
    unsigned bits = static_cast<unsigned>(last <= '9' ? last - '0' : last - 'a' + 10);
    TraceContext context{.is_sampled = (bits & 1U) != 0};
    std::ranges::copy(trace_id, context.trace_id.begin());
    std::ranges::copy(parent_id, context.span_id.begin());
    return context;
}

TraceContext stored_trace(std::string_view text) {
    return parse_traceparent(text).value_or(TraceContext{});
}

std::string to_traceparent(const TraceContext& context) {
    std::string text = "00-";
    text.reserve(kTraceparentLength);
    text += text_of(context.trace_id);
    text += '-';
    text += text_of(context.span_id);
    text += context.is_sampled ? "-01" : "-00";
    return text;
}

TraceId new_trace_id() {
    return random_id<32>();
}

SpanId new_span_id() {
    return random_id<16>();
}

}  // namespace mindspace::telemetry
