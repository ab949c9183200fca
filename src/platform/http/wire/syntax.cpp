#include "platform/http/wire/syntax.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace mindspace::http {

namespace {

constexpr std::uint8_t bit_of(CharClass chars) {
    return static_cast<std::uint8_t>(chars);
}

// The classes of each byte value.
constexpr auto kClasses = [] {
    std::array<std::uint8_t, 256> classes{};
    auto add = [&](std::string_view bytes, auto... chars) {
        for (char c : bytes) ((classes[static_cast<std::uint8_t>(c)] |= bit_of(chars)), ...);
    };
    constexpr std::string_view kAlphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    add(kAlphanumeric, CharClass::token, CharClass::path, CharClass::query, CharClass::host);
    add("!#$%&'*+-.^_`|~", CharClass::token);
    add("-._~!$&'()*+,;=:@%/", CharClass::path, CharClass::query);
    add("?", CharClass::query);
    add("-._", CharClass::host);
    add("0123456789abcdefABCDEF", CharClass::hex);
    return classes;
}();

constexpr bool is_control(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool is_space(char c) {
    return c == ' ' || c == '\t';
}

// The offset of the first control character except HTAB, from `from` on; the size if there is none. Checks eight bytes
// at a time: the high bit of a lane is set if its byte is below 0x20 or is 0x7F. A borrow can mark a lane by mistake,
// but only above a correctly marked lane, and only the lowest marked lane counts.
std::size_t find_control(std::string_view text, std::size_t from) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighBits = 0x80 * kOnes;
    while (text.size() - from >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + from, sizeof word);
        const std::uint64_t is_delete = word ^ (0x7F * kOnes);
        const std::uint64_t found = (((word - 0x20 * kOnes) & ~word) | ((is_delete - kOnes) & ~is_delete)) & kHighBits;
        if (found == 0) {
            from += sizeof word;
            continue;
        }
        from += static_cast<std::size_t>(std::countr_zero(found)) / 8;
        if (text[from] != '\t') return from;
        ++from;
    }
    while (from < text.size() && !is_control(text[from])) ++from;
    return from;
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::size_t prefix_length(std::string_view text, CharClass chars) {
    std::size_t length = 0;
    while (length < text.size() && (kClasses[static_cast<std::uint8_t>(text[length])] & bit_of(chars)) != 0) ++length;
    return length;
}

bool consists_of(std::string_view text, CharClass chars) {
    return prefix_length(text, chars) == text.size();
}

LineScan scan_line(std::string_view buffer, std::size_t from) {
    const std::size_t end = find_control(buffer, from);
    if (end == buffer.size()) return {.state = LineState::open, .end = end};
    if (buffer[end] != '\r') return {.state = LineState::broken, .end = end};
    if (end + 1 == buffer.size()) return {.state = LineState::open, .end = end};
    return {.state = buffer[end + 1] == '\n' ? LineState::ended : LineState::broken, .end = end};
}

std::optional<Header> parse_field_line(std::string_view line) {
    const std::size_t colon = prefix_length(line, CharClass::token);
    if (colon == 0 || colon == line.size() || line[colon] != ':') return std::nullopt;
    return Header{.name = line.substr(0, colon), .value = trim(line.substr(colon + 1))};
}

std::string_view take_line(std::string_view& lines) {
    const std::size_t end = std::min(lines.find('\r'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    return line;
}

std::optional<std::uint64_t> parse_content_length(std::string_view value) {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (value.empty() || end != value.data() + value.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
    return length;
}

std::optional<std::string_view> find_header(std::span<const Header> headers, std::string_view name) {
    for (const Header& header : headers) {
        if (equals_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

bool list_contains(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (equals_ignoring_case(trim(list.substr(0, comma)), token)) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

bool has_valid_escapes(std::string_view text) {
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
        const std::string_view digits = text.substr(at + 1, 2);
        if (digits.size() != 2 || !consists_of(digits, CharClass::hex)) return false;
    }
    return true;
}

std::optional<std::string> percent_decode(std::string_view text) {
    if (!has_valid_escapes(text)) return std::nullopt;
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char byte = text[at];
        if (byte == '%') {
            byte = static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
            if (byte == '\0') return std::nullopt;
            at += 2;
        }
        decoded += byte;
    }
    return decoded;
}

}  // namespace mindspace::http
