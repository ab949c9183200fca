#include "platform/telemetry/log/quote.h"

#include <gtest/gtest.h>

namespace mindspace::log {
namespace {

std::string json_of(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

TEST(Quote, EscapesAsJsonRequires) {
    EXPECT_EQ(json_of("plain /text"), "\"plain /text\"");
    EXPECT_EQ(json_of(""), "\"\"");
    EXPECT_EQ(json_of("a\"b\\c\nd\x01"), R"("a\"b\\c\nd\u0001")");
    EXPECT_EQ(json_of("\u00FCber"), "\"\u00FCber\"");
}

TEST(Quote, ReplacesInvalidUtf8) {
    EXPECT_EQ(json_of("a\xFF\"b\xC3"), "\"a\uFFFD\\\"b\uFFFD\"");
}

TEST(Quote, TruncatesLongTextsBetweenCharacters) {
    EXPECT_EQ(json_of(std::string(kMaxText, 'x')).size(), kMaxText + 2);
    EXPECT_EQ(json_of(std::string(kMaxText + 1, 'x')).size(), kMaxText + 2);
    auto text = std::string(kMaxText - 1, 'x') + "\u00FC";
    EXPECT_EQ(json_of(text), '"' + std::string(kMaxText - 1, 'x') + '"');
}

}  // namespace
}  // namespace mindspace::log
