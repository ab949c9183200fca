#include "platform/config/setting.h"

#include <gtest/gtest.h>

#include <array>

namespace mindspace::config {
namespace {

enum class Shape { round, square };
constexpr auto names_of(Shape) {
    return std::array<std::string_view, 2>{"round", "square"};
}

struct Members {
    bool flag = false;
    std::uint16_t port = 8080;
    std::uint64_t size = 1024;
    Seconds ttl{900};
    double scale = 1.0;
    std::string name = "a \"quoted\"\\ one\n";
    std::vector<std::string> list{"x", "y"};
    Shape shape = Shape::round;
};

Setting row(Member member, Bounds bounds = {}) {
    return {.key = "a.key", .member = std::move(member), .bounds = bounds, .sentence = "A sentence."};
}

// The error for `text`; empty if it was accepted.
std::string take(const Setting& setting, std::string_view text) {
    return assign(setting, parse_text(setting, text)).value_or("");
}

TEST(Setting, AcceptsTextOfItsType) {
    Members m;
    EXPECT_EQ(take(row(&m.flag), "true"), "");
    EXPECT_EQ(take(row(&m.port), "65535"), "");
    EXPECT_EQ(take(row(&m.ttl), "60"), "");
    EXPECT_EQ(take(row(&m.scale), "0.5"), "");
    EXPECT_EQ(take(row(&m.list), " a, b ,,c"), "");
    EXPECT_EQ(take(row(Choice(m.shape)), "square"), "");
    EXPECT_TRUE(m.flag);
    EXPECT_EQ(m.port, 65535);
    EXPECT_EQ(m.ttl, Seconds(60));
    EXPECT_EQ(m.scale, 0.5);
    EXPECT_EQ(m.list, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(m.shape, Shape::square);
}

TEST(Setting, StatesWhatIsAllowed) {
    Members m;
    EXPECT_EQ(take(row(&m.flag), "yes"), "a.key must be true or false, not \"yes\"");
    EXPECT_EQ(take(row(&m.port), "65536"), "a.key must be an integer from 0 to 65535, not 65536");
    EXPECT_EQ(take(row(&m.port), "-1"), "a.key must be an integer from 0 to 65535, not -1");
    EXPECT_EQ(take(row(&m.port), "80 "), "a.key must be an integer from 0 to 65535, not \"80 \"");
    EXPECT_EQ(take(row(&m.size, {.min = 1, .max = 1048576}), "0"), "a.key must be an integer from 1 to 1048576, not 0");
    EXPECT_EQ(take(row(&m.ttl, {.min = 1, .max = 60}), "61"),
              "a.key must be an integer from 1 to 60 (seconds), not 61");
    EXPECT_EQ(take(row(&m.scale, {.min = 0.5}), "0.25"), "a.key must be a number of at least 0.5, not 0.25");
    EXPECT_EQ(take(row(Choice(m.shape)), "oval"), "a.key must be one of round, square, not \"oval\"");
    EXPECT_EQ(m.port, 8080) << "a refused value leaves the member as it was";
}

TEST(Setting, RefusesInvalidNumbers) {
    Members m;
    for (std::string_view text : {"nan", "inf", "-inf", "1e999", "", "1,5"}) EXPECT_NE(take(row(&m.scale), text), "");
    EXPECT_NE(take(row(&m.size), "9223372036854775808"), "");
    EXPECT_NE(take(row(&m.port), "1.0"), "");
}

TEST(Setting, RefusesValuesOfOtherTypes) {
    Members m;
    EXPECT_EQ(assign(row(&m.port), Value("8080")), "a.key must be an integer from 0 to 65535, not \"8080\"");
    EXPECT_EQ(assign(row(&m.name), Value(std::int64_t{5})), "a.key must be a string, not 5");
    EXPECT_EQ(assign(row(&m.flag), Foreign{"a date"}), "a.key must be true or false, not a date");
    EXPECT_EQ(assign(row(&m.scale), Value(std::int64_t{2})), std::nullopt) << "2 is a number as well as 2.0";
}

TEST(Setting, NeverShowsASecret) {
    Members m;
    auto secret = row(&m.port);
    secret.secret = true;
    EXPECT_EQ(take(secret, "hunter2"), "a.key must be an integer from 0 to 65535");
}

TEST(Setting, WritesItsValueInToml) {
    Members m;
    EXPECT_EQ(value_as_toml(row(&m.flag)), "false");
    EXPECT_EQ(value_as_toml(row(&m.port)), "8080");
    EXPECT_EQ(value_as_toml(row(&m.ttl)), "900");
    EXPECT_EQ(value_as_toml(row(&m.scale)), "1.0");
    EXPECT_EQ(value_as_toml(row(&m.name)), R"("a \"quoted\"\\ one\u000A")");
    EXPECT_EQ(value_as_toml(row(&m.list)), R"(["x", "y"])");
    EXPECT_EQ(value_as_toml(row(Choice(m.shape))), "\"round\"");
}

}  // namespace
}  // namespace mindspace::config
