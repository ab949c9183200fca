#include "platform/base/text/utf8.h"

#include <algorithm>
#include <cstring>

namespace mindspace {

namespace {

// The position of the first byte of `text` at or after `from` that is not ASCII. Checks eight bytes at a time, since
// most text is ASCII.
std::size_t skip_ascii(std::string_view text, std::size_t from) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    for (; text.size() - from >= sizeof(std::uint64_t); from += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + from, sizeof word);
        if ((word & kHighBits) != 0) break;
    }
    while (from < text.size() && static_cast<std::uint8_t>(text[from]) < 0x80) ++from;
    return from;
}

}  // namespace

bool Utf8Validator::feed(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (missing_ == 0) {
            at = skip_ascii(bytes, at);
            if (at == bytes.size()) break;
            if (!start_character(static_cast<std::uint8_t>(bytes[at]))) return fail();
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(bytes[at]);
        if (byte < low_ || byte > high_) return fail();
        low_ = 0x80;
        high_ = 0xBF;
        --missing_;
    }
    return true;
}

// The table of well-formed sequences, RFC 3629 section 4: only the second byte has special bounds.
bool Utf8Validator::start_character(std::uint8_t lead) {
    if (lead < 0xC2 || lead > 0xF4) return false;
    missing_ = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    low_ = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong form
    high_ = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogate, nothing above U+10FFFF
    return true;
}

// No byte is within these bounds, so the validator stays failed and never becomes complete.
bool Utf8Validator::fail() {
    missing_ = 1;
    low_ = 0xFF;
    high_ = 0;
    return false;
}

bool is_valid_utf8(std::string_view text) {
    Utf8Validator validator;
    return validator.feed(text) && validator.complete();
}

std::size_t count_code_points(std::string_view valid_text) {
    const auto starts = std::ranges::count_if(valid_text, [](char c) { return (c & 0xC0) != 0x80; });
    return static_cast<std::size_t>(starts);
}

}  // namespace mindspace
