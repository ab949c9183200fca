#include "platform/json/writer.h"

#include "platform/base/hex.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace mindspace {

namespace {

// The escape of each ASCII character: 0 none, 'u' as \u00XX, otherwise the letter after the backslash.
constexpr std::array<char, 256> kEscapes = [] {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

constexpr std::size_t kMaxNumberLength = 32;

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kTops = 0x8080808080808080;

constexpr std::uint64_t has_zero(std::uint64_t bytes) {
    return (bytes - kOnes) & ~bytes & kTops;
}

// The position of the first character that needs an escape, or the end of the text. Checks eight characters in one
// step. (Bit tricks of Mycroft and Lamport; a byte above 0x7F is never mistaken for a small one.)
std::size_t first_escape(std::string_view text) {
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, 8);
        auto control = (bytes - kOnes * 0x20) & ~bytes & kTops;
        if ((control | has_zero(bytes ^ (kOnes * '"')) | has_zero(bytes ^ (kOnes * '\\'))) != 0) break;
    }
    while (at < text.size() && kEscapes[static_cast<unsigned char>(text[at])] == 0) ++at;
    return at;
}

}  // namespace

void JsonWriter::put_escaped(std::string_view text) {
    separate();
    out_ += '"';
    for (;;) {
        auto size = first_escape(text);
        out_.append(text, 0, size);
        if (size == text.size()) break;
        auto c = static_cast<unsigned char>(text[size]);
        out_ += '\\';
        out_ += kEscapes[c];
        if (kEscapes[c] == 'u') {
            out_ += "00";
            out_ += kHexDigits[c >> 4];
            out_ += kHexDigits[c & 15];
        }
        text.remove_prefix(size + 1);
    }
    out_ += '"';
}

void JsonWriter::key(std::string_view name) {
    if (first_escape(name) == name.size()) return plain_key(name);
    put_escaped(name);
    out_ += ':';
    need_comma_ = false;
}

void JsonWriter::string(std::string_view text) {
    if (first_escape(text) == text.size()) return plain(text);
    put_escaped(text);
    need_comma_ = true;
}

void JsonWriter::integer(std::int64_t number) {
    put(kMaxNumberLength, [number](char* to) { return std::to_chars(to, to + kMaxNumberLength, number).ptr; });
}

void JsonWriter::number(double number) {
    if (!std::isfinite(number)) return null();
    put(kMaxNumberLength, [number](char* to) { return std::to_chars(to, to + kMaxNumberLength, number).ptr; });
}

}  // namespace mindspace
