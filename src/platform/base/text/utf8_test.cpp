#include "platform/base/text/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace mindspace {
namespace {

// One character by the definition (RFC 3629 section 3), written without the validator's table.
bool is_one_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::size_t size = text.size();
    const std::uint32_t lead_marks[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    const std::uint32_t lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if ((byte(0) & ~lead_bits[size] & 0xFFU) != lead_marks[size]) return false;
    std::uint32_t value = byte(0) & lead_bits[size];
    for (std::size_t i = 1; i < size; ++i) {
        if (byte(i) >> 6 != 2) return false;
        value = value << 6 | (byte(i) & 0x3FU);
    }
    return value >= smallest[size] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

// Any number of characters, by trying every length for the first one.
bool is_text(std::string_view text) {
    if (text.empty()) return true;
    for (std::size_t size = 1; size <= text.size() && size <= 4; ++size) {
        if (is_one_character(text.substr(0, size)) && is_text(text.substr(size))) return true;
    }
    return false;
}

TEST(Utf8, AgreesWithTheDefinitionOnAllSequencesOfUpToThreeBytes) {
    for (std::uint32_t value = 0; value < 0x1000000; value += value < 0x10000 ? 1 : 5) {
        std::string text;
        for (int shift = value > 0xFFFF ? 16 : value > 0xFF ? 8 : 0; shift >= 0; shift -= 8)
            text += static_cast<char>(value >> shift);
        ASSERT_EQ(is_valid_utf8(text), is_text(text)) << std::hex << value;
    }
}

TEST(Utf8, AgreesWithTheDefinitionAtTheLimitsOfFourBytes) {
    for (std::uint32_t lead = 0xEF; lead <= 0xFF; ++lead) {
        for (std::uint32_t second = 0x7F; second <= 0xC1; ++second) {
            for (const std::uint32_t third : {0x7FU, 0x80U, 0xBFU, 0xC0U}) {
                const std::string text{static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third),
                                       '\x80'};
                ASSERT_EQ(is_valid_utf8(text), is_text(text)) << std::hex << lead << ' ' << second << ' ' << third;
            }
        }
    }
}

TEST(Utf8, GivesTheSameResultHoweverTheTextIsSplit) {
    for (const std::string text : {"a long run of ASCII, then κόσμε and 𤭢 $ ¢ €, and again ASCII", "ok\xce",
                                   "long enough for words \xed\xa0\x80 edited", "\xc0\xaf", "\xf4\x90\x80\x80"}) {
        for (std::size_t first = 0; first <= text.size(); ++first) {
            for (std::size_t second = first; second <= text.size(); ++second) {
                Utf8Validator validator;
                const bool valid = validator.feed(text.substr(0, first)) &&
                                   validator.feed(text.substr(first, second - first)) &&
                                   validator.feed(text.substr(second)) && validator.complete();
                ASSERT_EQ(valid, is_text(text)) << text << " cut at " << first << " and " << second;
            }
        }
    }
}

TEST(Utf8, ReportsAnInvalidByteImmediately) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.feed("\xed"));
    EXPECT_FALSE(validator.feed("\xa0"));
    EXPECT_FALSE(validator.feed("a"));
    EXPECT_FALSE(validator.complete());
}

TEST(Utf8, IsNotCompleteWithinACharacter) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.feed("a\xe2\x82"));
    EXPECT_FALSE(validator.complete());
    EXPECT_TRUE(validator.feed("\xac"));
    EXPECT_TRUE(validator.complete());
}

TEST(Utf8, CountsCodePoints) {
    EXPECT_EQ(count_code_points(""), 0U);
    EXPECT_EQ(count_code_points("abc"), 3U);
    EXPECT_EQ(count_code_points("a¢€𤭢"), 4U);
}

}  // namespace
}  // namespace mindspace
