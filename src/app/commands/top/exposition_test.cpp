#include "app/commands/top/exposition.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mindspace::app::top {
namespace {

Sample only_sample_of(std::string_view line) {
    auto samples = parse_exposition(line);
    EXPECT_EQ(samples.size(), 1U) << line;
    return samples.empty() ? Sample{} : samples.front();
}

TEST(Exposition, ReadsSamplesBetweenComments) {
    const auto samples = parse_exposition(
        "# HELP requests_total Requests.\n# TYPE requests_total counter\n\n"
        "requests_total{method=\"GET\",status=\"2xx\"} 12\nrooms 3\n# EOF\n");
    ASSERT_EQ(samples.size(), 2U);
    EXPECT_EQ(samples[0].name, "requests_total");
    EXPECT_EQ(samples[0].label("status"), "2xx");
    EXPECT_EQ(samples[0].label("route"), "");
    EXPECT_EQ(samples[0].value, 12);
    EXPECT_EQ(samples[1].name, "rooms");
    EXPECT_EQ(samples[1].value, 3);
}

TEST(Exposition, ReadsEscapesInLabels) {
    EXPECT_EQ(only_sample_of(R"(a{b="x\"y\\z\nw"} 1)").label("b"), "x\"y\\z\nw");
    EXPECT_EQ(only_sample_of(R"(a{b="}, c=1 # {"} 1)").label("b"), "}, c=1 # {");
}

TEST(Exposition, ReadsNumbersOfEveryForm) {
    for (const auto& [text, value] : std::initializer_list<std::pair<const char*, double>>{
             {"0", 0}, {"-1.5", -1.5}, {"+2", 2}, {"1e3", 1000}, {"1796050646.2499998", 1796050646.2499998}})
        EXPECT_EQ(only_sample_of(std::string("a ") + text).value, value) << text;
    EXPECT_TRUE(std::isinf(only_sample_of("a +Inf").value));
    EXPECT_TRUE(std::isnan(only_sample_of("a NaN").value));
}

TEST(Exposition, SkipsTimestampsExemplarsAndSpace) {
    EXPECT_EQ(only_sample_of("a 1 1796050646000").value, 1);
    EXPECT_EQ(only_sample_of("a_bucket{le=\"0.1\"} 8 # {trace_id=\"4bf9\"} 0.067 1796.5").value, 8);
    EXPECT_EQ(only_sample_of("  a { b = \"c\" , } 5\r").label("b"), "c");
    EXPECT_EQ(only_sample_of("a{} 5").value, 5);
}

TEST(Exposition, IgnoresWhatIsNoSample) {
    for (const char* line : {"", " ", "a", "a x", "a 1x", "1a 1", "a{b} 1", "a{b=1} 1", "a{b=\"c} 1", "a{b=\"c\" 1",
                             "a{b=\"c\"d=\"e\"} 1", "a{=\"c\"} 1", "a{b=\"c\\", "a{", "{b=\"c\"} 1", "<html>", "a-b 1"})
        EXPECT_TRUE(parse_exposition(line).empty()) << line;
    EXPECT_EQ(parse_exposition("bad{ 1\ngood 1\nbad").size(), 1U) << "and goes on with the next line";
}

}  // namespace
}  // namespace mindspace::app::top
