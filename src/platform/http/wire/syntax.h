#pragma once
// The lexical rules that every HTTP/1.1 reader here shares (RFC 9110 section 5, RFC 9112 section 2, RFC 3986): classes
// of characters, lines, fields, token lists, percent-encoding. Pure functions on views; only percent_decode()
// allocates.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mindspace::http {

enum class CharClass : std::uint8_t {
    token = 1,  // tchar, RFC 9110 section 5.6.2
    path = 2,   // pchar and '/', RFC 3986 section 3.3; '%' counts, its digits are has_valid_escapes()'s
    query = 4,  // pchar, '/' and '?', RFC 3986 section 3.4
    host = 8,   // letters, digits, '-', '.', '_': what names of hosts and IPv4 addresses are made of
    hex = 16,
};

// How many octets at the start of `text` belong to the class.
[[nodiscard]] std::size_t prefix_length(std::string_view text, CharClass chars);
// True if all octets do (an empty text too).
[[nodiscard]] bool consists_of(std::string_view text, CharClass chars);

enum class LineState : std::uint8_t {
    open,    // no end yet
    ended,   // CR LF stands at `end`
    broken,  // at `end` stands a control character, a bare LF or a bare CR: no text goes on like this
};

struct LineScan {
    LineState state;
    std::size_t end;  // everything before it is text; a later scan of a longer buffer may start here
};

inline constexpr std::size_t kLineEndSize = 2;  // CR LF

// Looks for the end of the line, from offset `from` on. HTAB is text. Every octet is looked at once.
[[nodiscard]] LineScan scan_line(std::string_view buffer, std::size_t from);

// Without the spaces and tabs around it (OWS, RFC 9110 section 5.6.3).
[[nodiscard]] std::string_view trim(std::string_view text);

struct Header {
    std::string_view name;
    std::string_view value;  // without the white space around it
};

// A field line without its CR LF (RFC 9112 section 5). Nothing for an empty or bad name, white space before the colon,
// no colon, and the continuation of a folded line. That the value has no control characters is scan_line()'s.
[[nodiscard]] std::optional<Header> parse_field_line(std::string_view line);

// Takes the first line, ended by CR LF or the end of the text, off the front of a head that scan_line() has looked at:
// the only CR in it are those of the line ends.
[[nodiscard]] std::string_view take_line(std::string_view& lines);

// The value of a Content-Length field, RFC 9110 section 8.6: digits and nothing else. What exceeds 64 bits is the
// largest number, and so beyond every limit.
[[nodiscard]] std::optional<std::uint64_t> parse_content_length(std::string_view value);

// The value of the first field of that name, in any case.
[[nodiscard]] std::optional<std::string_view> find_header(std::span<const Header> headers, std::string_view name);

// Without regard to the case of ASCII letters.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

// True if the comma-separated `list` (RFC 9110 section 5.6.1) has `token`, in any case.
[[nodiscard]] bool list_contains(std::string_view list, std::string_view token);

// True if every '%' is followed by two hexadecimal digits.
[[nodiscard]] bool has_valid_escapes(std::string_view text);

// The value of one hexadecimal digit, which it must be.
[[nodiscard]] constexpr unsigned hex_value(char digit) {
    return digit <= '9' ? static_cast<unsigned>(digit - '0') : static_cast<unsigned>((digit | 0x20) - 'a' + 10);
}

// Percent-decoding, RFC 3986 section 2.1; '+' is itself. Nothing for a bad escape and for %00, which is never part of
// a name. The octets are not checked to be UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace mindspace::http
