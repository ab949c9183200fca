#include "platform/base/text/visible_text.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace mindspace {
namespace {

TEST(VisibleText, ComposesCharactersThatHaveTwoEncodings) {
    EXPECT_EQ(composed("Zoe\u0308"), "Zo\u00EB");
    EXPECT_EQ(composed("\u1112\u1161\u11AB"), "\uD55C");
    EXPECT_EQ(composed("\u212B"), "\u00C5") << "ANGSTROM SIGN";
    EXPECT_EQ(composed("a\u0301\u0323"), "\u1EA1\u0301") << "marks in their order";
    EXPECT_EQ(composed("n\u00B2 \uFB01"), "n\u00B2 \uFB01") << "compatible characters stay what they are";
    for (const std::string text :
         {"", "Ada", "Zo\u00EB", "\u0391\u03B8\u03B7\u03BD\u03AC", "\U0001F9D8\u200D\u2640\uFE0F"})
        EXPECT_EQ(composed(text), text);
    const std::string with_nul("e\u0301\0x", 5);
    EXPECT_EQ(composed(with_nul), std::string("\u00E9\0x", 4));
}

std::string encoded(char32_t code_point) {
    std::string text(4, '\0');
    const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point),
                                           reinterpret_cast<utf8proc_uint8_t*>(text.data()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string composed_by_the_library(const std::string& text) {
    auto* out = utf8proc_NFC(reinterpret_cast<const utf8proc_uint8_t*>(text.c_str()));
    std::string result(reinterpret_cast<const char*>(out));
    std::free(out);
    return result;
}

// The quick check decides as the complete composition does: for each character alone, after a letter and after a mark.
TEST(VisibleText, ComposesEveryCharacterAsTheLibraryDoes) {
    for (char32_t c = 1; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        if (c > 0x32000 && c < 0xE0000) continue;  // not assigned
        const auto text = encoded(c);
        for (const auto& around : {text, "a" + text, "\u1100" + text, "\u0915" + text + "\u0327"}) {
            if (composed(around) != composed_by_the_library(around)) ADD_FAILURE() << std::hex << std::uint32_t(c);
        }
    }
    // Each character with a decomposition, composed again.
    for (char32_t c = 0xC0; c < 0x30000; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        const auto text = encoded(c);
        auto* apart = utf8proc_NFD(reinterpret_cast<const utf8proc_uint8_t*>(text.c_str()));
        const std::string letters(reinterpret_cast<const char*>(apart));
        std::free(apart);
        if (letters != text && composed(letters) != composed_by_the_library(letters))
            ADD_FAILURE() << std::hex << std::uint32_t(c);
    }
}

TEST(VisibleText, EndsLinesWithLineFeeds) {
    EXPECT_EQ(with_line_feeds("a\r\nb\rc\n\r\n\r"), "a\nb\nc\n\n\n");
}

TEST(VisibleText, IsTrimmed) {
    EXPECT_EQ(without_space_around(" \t\r\n\u00A0\u2003\u3000\u0085\u2028Ada  L.\u1680\v\f"), "Ada  L.");
    EXPECT_EQ(without_space_around(" \u3000\n"), "");
    EXPECT_EQ(without_space_around(""), "");
    EXPECT_EQ(without_space_around("\u00EB"), "\u00EB");
}

TEST(VisibleText, AcceptsEveryScript) {
    for (const char* name : {
             "Ada",
             "\u0645\u0631\u064A\u0645",
             "\u05E9\u05B8\u05C1\u05E8\u05B8\u05D4",
             "\u0928\u092E\u0938\u094D\u0924\u0947",
             "\u0D28\u0D4D\u200D",                    // Malayalam with ZWJ
             "\u0645\u06CC\u200C\u062E\u0648\u0627",  // Persian with ZWNJ
             "\u5E73",
             "\uD55C",
             "\U0001F9D8\u200D\u2640\uFE0F",
             "\u2764\uFE0F",
             "1\uFE0F\u20E3",
             "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",  // the flag of England
             "\u200E\u05D0",
             "x\u0301",
             "-",
             "\u200B.",
         })
        EXPECT_TRUE(is_visible(name)) << name;
}

TEST(VisibleText, RefusesCharactersThatAreNotDrawn) {
    const std::string nothing[] = {
        "",           " ",          "\u00A0",
        "\u3000",     "\u00AD",     "\u034F",
        "\u061C",     "\u115F",     "\u1160",
        "\u17B4",     "\u180E",     "\u200B",
        "\u200D",     "\u200E",     "\u2060",
        "\u2063",     "\u2800",     "\u3164",
        "\uFE0F",     "\uFEFF",     "\uFFA0",
        "\uFFFC",     "\U000E0001", "\U000E0041",
        "\U000E0100", "\U0001D159", "\U00013441",
        "\U000F0000", "\uE000",     "\uFDD0",
        "\u0378",  // not assigned
        "\u0301",  // marks without a letter
        "\u0903",     "\u20DD",     "\u0300\u200D\u0301",
    };
    for (const auto& text : nothing) EXPECT_FALSE(is_visible(text)) << composed(text);
    EXPECT_FALSE(is_visible(nothing[7] + nothing[13] + nothing[18]));
}

TEST(VisibleText, FindsControlCharacters) {
    for (const std::string text : {"a\tb", "a\nb"}) {
        EXPECT_TRUE(has_control_character(text, Lines::none));
        EXPECT_FALSE(has_control_character(text, Lines::allowed));
    }
    for (const auto& text : {std::string("a\0", 2), std::string("\x1B[31m"), std::string("\x7F"), std::string("\u0085"),
                             std::string("\u009B"), std::string("a\rb")})
        for (auto lines : {Lines::none, Lines::allowed}) EXPECT_TRUE(has_control_character(text, lines));
    EXPECT_TRUE(has_control_character("a\u2028b", Lines::none));
    EXPECT_FALSE(has_control_character("a\u2028b", Lines::allowed));
    EXPECT_FALSE(has_control_character("\u0645\u06CC\u200C\u062E\u0648\u0627 \U0001F9D8", Lines::none));
}

TEST(VisibleText, FindsCharactersThatReorderText) {
    for (const char* text : {"\u202A", "a\u202Eb", "\u202C", "\u2066a\u2069", "\u206A"})
        EXPECT_TRUE(has_reordering_character(text)) << text;
    for (const char* text : {"\u200E\u05D0\u200F", "\u061C", "\u0645\u0631\u064A\u0645", "a\u2060b", "\u2029"})
        EXPECT_FALSE(has_reordering_character(text)) << text;
}

}  // namespace
}  // namespace mindspace
