#pragma once
// The lexical rules that all HTTP/1.1 parsers here share (RFC 9110 section 5, RFC 9112 section 2, RFC 3986): character
// classes, lines, fields, token lists, percent-encoding. Pure functions on views; only percent_decode() allocates.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mindspace::http {

enum class CharClass : std::uint8_t {
    token = 1,  // tchar, RFC 9110 section 5.6.2
    path = 2,   // pchar and '/', RFC 3986 section 3.3; '%' counts, has_valid_escapes() checks its digits
    query = 4,  // pchar, '/' and '?', RFC 3986 section 3.4
    host = 8,   // letters, digits, '-', '.', '_': the characters of host names and IPv4 addresses
    hex = 16,
};

// The number of bytes at the start of `text` that belong to the class.
[[nodiscard]] std::size_t prefix_length(std::string_view text, CharClass chars);
// True if all bytes of `text` belong to the class, also if it is empty.
[[nodiscard]] bool consists_of(std::string_view text, CharClass chars);

enum class LineState : std::uint8_t {
    open,    // no line end yet
    ended,   // CR LF is at `end`
    broken,  // a control character, a bare LF or a bare CR is at `end`: the line is invalid
};

struct LineScan {
    LineState state;
    std::size_t end;  // everything before it is text; a later scan of a longer buffer may start here
};

inline constexpr std::size_t kLineEndSize = 2;  // CR LF

// Finds the end of the line, from offset `from` on. HTAB is text. Examines each byte once.
[[nodiscard]] LineScan scan_line(std::string_view buffer, std::size_t from);

// `text` without leading and trailing spaces and tabs (OWS, RFC 9110 section 5.6.3).
[[nodiscard]] std::string_view trim(std::string_view text);

struct Header {
    std::string_view name;
    std::string_view value;  // without leading and trailing white space
};

// Parses a field line without its CR LF (RFC 9112 section 5). Nothing (nullopt) for an empty or invalid name, white
// space before the colon, a missing colon, or the continuation of a folded line. scan_line() rejects control
// characters.
[[nodiscard]] std::optional<Header> parse_field_line(std::string_view line);

// Removes and returns the first line, which ends with CR LF or the end of the text. scan_line() must have checked the
// text: CR occurs only in line ends.
[[nodiscard]] std::string_view take_line(std::string_view& lines);

// The value of a Content-Length field, RFC 9110 section 8.6: digits and nothing else. A value of more than
// 64 bits becomes the maximum, which is above every limit.
[[nodiscard]] std::optional<std::uint64_t> parse_content_length(std::string_view value);

// The value of the first field with that name, case-insensitive.
[[nodiscard]] std::optional<std::string_view> find_header(std::span<const Header> headers, std::string_view name);

// Compares ASCII letters case-insensitively.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

// True if the comma-separated `list` (RFC 9110 section 5.6.1) contains `token`, case-insensitive.
[[nodiscard]] bool list_contains(std::string_view list, std::string_view token);

// True if every '%' is followed by two hexadecimal digits.
[[nodiscard]] bool has_valid_escapes(std::string_view text);

// The value of `digit`, which must be a hexadecimal digit.
[[nodiscard]] constexpr unsigned hex_value(char digit) {
    return digit <= '9' ? static_cast<unsigned>(digit - '0') : static_cast<unsigned>((digit | 0x20) - 'a' + 10);
}

// Percent-decoding, RFC 3986 section 2.1; '+' stays as it is. Nothing (nullopt) for an invalid escape and for %00,
// which is never part of a name. Does not check that the bytes are UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace mindspace::http
