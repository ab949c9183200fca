#include "platform/mail/encoding.h"

#include <sodium.h>

#include <algorithm>

namespace mindspace::mail {

namespace {

constexpr std::size_t kMaxPlainLine = 998;       // RFC 5322 section 2.1.1
constexpr std::size_t kMaxEncodedLine = 76;      // RFC 2045 section 6.7, the soft line break included
constexpr std::size_t kBytesOfEncodedWord = 42;  // 56 in base64; with =?UTF-8?B?…?= below the 75 of RFC 2047 section 2
constexpr std::size_t kMaxHeaderLine = 78;       // RFC 5322 section 2.1.1

bool is_control(char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

// Whether the byte is the first of its character.
bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

void append_escape(std::string& out, char c) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    auto byte = static_cast<unsigned char>(c);
    out += '=';
    out += kDigits[byte / 16];
    out += kDigits[byte % 16];
}

// Appends one line of quoted-printable, soft line breaks included.
void append_line(std::string& out, std::string_view line) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char c = line[i];
        bool is_last = i + 1 == line.size();
        bool literal = is_ascii(c) && !is_control(c) && c != '=' && !(c == ' ' && is_last);
        std::size_t width = literal ? 1 : 3;
        if (column + width > kMaxEncodedLine - 1 && !(is_last && column + width <= kMaxEncodedLine)) {
            out += "=\r\n";
            column = 0;
        }
        literal ? out += c : (append_escape(out, c), out);
        column += width;
    }
    out += "\r\n";
}

std::string encoded_word(std::string_view text) {
    std::string base64(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(base64.data(), base64.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    base64.pop_back();  // the terminator
    return "=?UTF-8?B?" + base64 + "?=";
}

}  // namespace

bool is_plain(std::string_view text) {
    std::size_t column = 0;
    for (char c : text) {
        if (c == '\n') {
            column = 0;
        } else if (is_control(c) || !is_ascii(c) || ++column > kMaxPlainLine) {
            return false;
        }
    }
    return true;
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        append_line(out, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string header_text(std::string_view text) {
    std::string clean(text);
    std::ranges::replace_if(clean, is_control, ' ');
    bool plain = std::ranges::all_of(clean, is_ascii) && clean.size() < kMaxHeaderLine - 20 && !clean.contains("=?");
    if (plain) return clean;
    std::string out;
    std::string_view rest = clean;
    while (!rest.empty()) {
        auto size = std::min(rest.size(), kBytesOfEncodedWord);
        while (size < rest.size() && !begins_character(rest[size])) --size;
        if (!out.empty()) out += "\r\n ";
        out += encoded_word(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    return out;
}

}  // namespace mindspace::mail
