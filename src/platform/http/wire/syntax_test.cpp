#include "platform/http/wire/syntax.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

TEST(ScanLine, FindsEveryControlCharacterAtEveryPosition) {
    for (int byte = 0; byte < 256; ++byte) {
        const bool is_control = (byte < 0x20 && byte != '\t') || byte == 0x7F;
        for (std::size_t position = 0; position < 20; ++position) {
            std::string text(20, '\xC3');
            text[position] = static_cast<char>(byte);
            const LineScan scan = scan_line(text, 0);
            ASSERT_EQ(scan.end, is_control ? position : text.size()) << byte << " at " << position;
            const bool is_allowed = !is_control || (byte == '\r' && position == 19);
            ASSERT_EQ(scan.state, is_allowed ? LineState::open : LineState::broken) << byte << " at " << position;
        }
    }
}

TEST(ScanLine, EndsALineAtCrLfOnly) {
    EXPECT_EQ(scan_line("ab\r\n", 0).state, LineState::ended);
    EXPECT_EQ(scan_line("ab\r\n", 0).end, 2U);
    EXPECT_EQ(scan_line("ab\r", 0).state, LineState::open);
    EXPECT_EQ(scan_line("ab\n", 0).state, LineState::broken);
    EXPECT_EQ(scan_line("ab\rc", 0).state, LineState::broken);
    EXPECT_EQ(scan_line("a\tb\r\nc\r\n", 5).end, 6U);
}

TEST(ParseFieldLine, TrimsWhiteSpaceAroundTheValueOnly) {
    const auto field = parse_field_line("Accept: \t a b\t ");
    ASSERT_TRUE(field);
    EXPECT_EQ(field->name, "Accept");
    EXPECT_EQ(field->value, "a b");
    EXPECT_EQ(parse_field_line("X:")->value, "");
    EXPECT_EQ(parse_field_line("X: \t ")->value, "");
    EXPECT_EQ(parse_field_line("X:a:b")->value, "a:b");
}

TEST(ParseFieldLine, RefusesInvalidFields) {
    for (const auto* line : {"", ":", ": 1", "XA", "X A: 1", "X : 1", " X: 1", "\tX: 1", "X\xc3\xa9: 1", "X(A: 1"})
        EXPECT_FALSE(parse_field_line(line)) << line;
}

TEST(ListContains, ComparesEntireElementsIgnoringCase) {
    EXPECT_TRUE(list_contains("keep-alive, Upgrade", "upgrade"));
    EXPECT_TRUE(list_contains(",, \tUPGRADE ,x", "upgrade"));
    EXPECT_FALSE(list_contains("keep-alive, upgrades", "upgrade"));
    EXPECT_FALSE(list_contains("", "upgrade"));
    EXPECT_FALSE(list_contains("up grade", "upgrade"));
}

TEST(EqualsIgnoringCase, IgnoresTheCaseOfLettersOnly) {
    EXPECT_TRUE(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
    EXPECT_FALSE(equals_ignoring_case("a[", "a{"));
    EXPECT_FALSE(equals_ignoring_case("a", "ab"));
}

TEST(PercentDecode, DecodesAndLeavesPlusAlone) {
    EXPECT_EQ(percent_decode("a%20b+c%2Fd%c3%A9"), "a b+c/d\xc3\xa9");
    EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentDecode, RefusesBadEscapesAndNul) {
    for (const auto* text : {"%", "a%2", "%zz", "%2g", "%%20", "a%00b", "% 1"})
        EXPECT_FALSE(percent_decode(text)) << text;
}

}  // namespace
}  // namespace mindspace::http
