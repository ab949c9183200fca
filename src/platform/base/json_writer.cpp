#include "platform/base/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace mindspace {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// The escape of each ASCII character: 0 none, 'u' as \u00XX, otherwise the letter behind the backslash.
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

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kTops = 0x8080808080808080;

constexpr std::uint64_t has_zero(std::uint64_t octets) {
    return (octets - kOnes) & ~octets & kTops;
}

// How many characters at the start of the text need no escape, counted in steps of eight: the rest is looked at one by
// one. (Bit tricks of Mycroft and Lamport; an octet above 0x7F is never taken for a small one.)
std::size_t plain_prefix(std::string_view text) {
    std::size_t size = 0;
    for (; size + 8 <= text.size(); size += 8) {
        std::uint64_t octets = 0;
        std::memcpy(&octets, text.data() + size, 8);
        auto control = (octets - kOnes * 0x20) & ~octets & kTops;
        if ((control | has_zero(octets ^ (kOnes * '"')) | has_zero(octets ^ (kOnes * '\\'))) != 0) break;
    }
    return size;
}

}  // namespace

void JsonWriter::quote(std::string_view text) {
    out_ += '"';
    std::size_t from = 0;
    for (std::size_t i = plain_prefix(text); i < text.size(); ++i) {
        auto c = static_cast<unsigned char>(text[i]);
        char escape = kEscapes[c];
        if (escape == 0) continue;
        out_.append(text, from, i - from);
        from = i + 1;
        out_ += '\\';
        out_ += escape;
        if (escape == 'u') {
            out_ += "00";
            out_ += kHex[c >> 4];
            out_ += kHex[c & 15];
        }
    }
    out_.append(text, from, text.size() - from);
    out_ += '"';
}

void JsonWriter::key(std::string_view name) {
    separate();
    quote(name);
    out_ += ':';
    need_comma_ = false;
}

void JsonWriter::string(std::string_view text) {
    separate();
    quote(text);
    need_comma_ = true;
}

void JsonWriter::integer(std::int64_t number) {
    std::array<char, 24> text;
    auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    raw({text.data(), end});
}

void JsonWriter::number(double number) {
    if (!std::isfinite(number)) return null();
    std::array<char, 32> text;
    auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    raw({text.data(), end});
}

}  // namespace mindspace
