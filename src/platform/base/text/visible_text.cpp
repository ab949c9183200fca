#include "platform/base/text/visible_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace mindspace {

namespace {

// Reads the code point at the beginning and removes it.
char32_t take_code_point(std::string_view& text) {
    utf8proc_int32_t code_point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    text.remove_prefix(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(size, 1)));
    return static_cast<char32_t>(code_point);
}

template <class Predicate>
bool has_any(std::string_view text, Predicate predicate) {
    while (!text.empty())
        if (predicate(take_code_point(text))) return true;
    return false;
}

bool is_between(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

// Letters that have a decomposition and are restored by composing: Latin, Greek and Cyrillic except for a few that map
// to another letter, Vietnamese, the kana.
bool is_recomposed_letter(char32_t c) {
    const bool maps_to_another = c == 0x374 || c == 0x37E || c == 0x387;
    return (is_between(c, 0xC0, 0x2FF) || is_between(c, 0x370, 0x4FF) || is_between(c, 0x1E00, 0x1EFF) ||
            is_between(c, 0x3041, 0x3096) || is_between(c, 0x30A0, 0x30FF)) &&
           !maps_to_another;
}

// Not changed by composing, and cannot change the characters before it (NFC_Quick_Check, UAX 15; errs on the safe
// side).
bool is_stable(char32_t c) {
    const auto* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
    constexpr std::uint16_t kNone = UINT16_MAX;
    constexpr std::uint16_t kSecond = 0x8000;  // an index with this bit: it composes with a letter before it
    const bool is_second = property->comb_index != kNone && property->comb_index >= kSecond;
    const bool is_jamo = is_between(c, 0x1161, 0x1175) || is_between(c, 0x11A8, 0x11C2);
    if (property->combining_class != 0 || is_second || is_jamo) return false;
    return property->decomp_seqindex == kNone || property->decomp_type != 0 || is_recomposed_letter(c);
}

// True for most texts, and ten times faster than composing them. No character below U+0300 changes; the lead bytes of
// those characters are below 0xCC.
bool is_composed(std::string_view text) {
    if (std::ranges::all_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0xCC; })) return true;
    return !has_any(text, [](char32_t c) { return !is_stable(c); });
}

bool is_control(char32_t c) {
    return c < 0x20 || is_between(c, 0x7F, 0x9F);
}

bool is_white_space(char32_t c) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return is_between(c, 0x09, 0x0D) || c == 0x85 || category == UTF8PROC_CATEGORY_ZS ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

// Letters and symbols by category that are nevertheless invisible: BRAILLE PATTERN BLANK, OBJECT REPLACEMENT CHARACTER,
// the blanks of Egyptian hieroglyphs, MUSICAL SYMBOL NULL NOTEHEAD.
bool is_blank(char32_t c) {
    return c == 0x2800 || c == 0xFFFC || c == 0x13441 || c == 0x13442 || c == 0x1D159;
}

bool shows(char32_t c) {
    const auto* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
    if (property->ignorable || is_blank(c)) return false;
    switch (property->category) {
        case UTF8PROC_CATEGORY_CN:  // not assigned
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:  // private use
            return false;
        default:
            return true;
    }
}

}  // namespace

std::string composed(std::string_view text) {
    if (is_composed(text)) return std::string(text);
    utf8proc_uint8_t* out = nullptr;
    const auto size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                     &out, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (size < 0) return std::string(text);
    std::unique_ptr<utf8proc_uint8_t, decltype([](utf8proc_uint8_t* p) { std::free(p); })> owner(out);
    return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

std::string with_line_feeds(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\r' && text.substr(at + 1).starts_with('\n')) continue;
        result += text[at] == '\r' ? '\n' : text[at];
    }
    return result;
}

std::string_view without_space_around(std::string_view text) {
    std::size_t first = text.size();
    std::size_t end = 0;
    for (auto rest = text; !rest.empty();) {
        const auto at = text.size() - rest.size();
        if (is_white_space(take_code_point(rest))) continue;
        first = std::min(first, at);
        end = text.size() - rest.size();
    }
    return end == 0 ? std::string_view() : text.substr(first, end - first);
}

bool is_visible(std::string_view text) {
    return has_any(text, shows);
}

bool has_control_character(std::string_view text, Lines lines) {
    return has_any(text, [lines](char32_t c) {
        if (lines == Lines::allowed) return is_control(c) && c != '\n' && c != '\t';
        return is_control(c) || c == 0x2028 || c == 0x2029;
    });
}

bool has_reordering_character(std::string_view text) {
    return has_any(text, [](char32_t c) { return is_between(c, 0x202A, 0x202E) || is_between(c, 0x2066, 0x206F); });
}

}  // namespace mindspace
