#include "platform/telemetry/log/repeats.h"

#include <gtest/gtest.h>

namespace mindspace::log {
namespace {

using std::chrono::seconds;

const Repeats::Time kStart{seconds(1000)};
const Lines kFields{.json = R"(,"a":1)", .text = " a=1"};

int admitted(Repeats& repeats, int times, std::string_view message, Repeats::Time now) {
    int count = 0;
    for (int i = 0; i < times; ++i) count += repeats.admit(Level::warn, message, kFields, now) ? 1 : 0;
    return count;
}

TEST(Repeats, AreWrittenTwentyTimesAndThenCounted) {
    Repeats repeats;
    EXPECT_EQ(admitted(repeats, 1000, "x", kStart), 20);
    EXPECT_TRUE(repeats.take_ended(kStart + seconds(9)).empty());
    auto ended = repeats.take_ended(kStart + seconds(10));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].level, Level::warn);
    EXPECT_EQ(ended[0].message, "x");
    EXPECT_EQ(ended[0].fields.text, " a=1");
    EXPECT_EQ(ended[0].count, 980U);
    EXPECT_TRUE(repeats.take_ended(kStart + seconds(30)).empty()) << "reported once";
    EXPECT_EQ(admitted(repeats, 1000, "x", kStart + seconds(10)), 20);
}

TEST(Repeats, AreNotThoseThatComeNowAndThen) {
    Repeats repeats;
    for (int i = 0; i < 100; ++i) EXPECT_EQ(admitted(repeats, 1, "x", kStart + i * seconds(1)), 1) << i;
    EXPECT_TRUE(repeats.take_ended(Repeats::Time::max()).empty());
}

TEST(Repeats, HaveTheSameLevelMessageAndFields) {
    Repeats repeats;
    EXPECT_EQ(admitted(repeats, 30, "x", kStart), 20);
    EXPECT_EQ(admitted(repeats, 30, "y", kStart), 20);
    EXPECT_TRUE(repeats.admit(Level::error, "x", kFields, kStart));
    EXPECT_TRUE(repeats.admit(Level::warn, "x", {}, kStart));
    EXPECT_FALSE(repeats.admit(Level::warn, "x", kFields, kStart));
}

TEST(Repeats, AreOnlyWarningsAndErrors) {
    Repeats repeats;
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(repeats.admit(Level::info, "x", kFields, kStart));
    for (int i = 0; i < 1000; ++i) repeats.admit(Level::info, std::to_string(i), kFields, kStart);
    EXPECT_EQ(admitted(repeats, 30, "x", kStart), 20) << "they leave space";
}

TEST(Repeats, DoNotFillTheMemory) {
    Repeats repeats;
    for (int i = 0; i < 10'000; ++i) EXPECT_EQ(admitted(repeats, 1, std::to_string(i), kStart), 1);
    EXPECT_EQ(admitted(repeats, 30, "0", kStart), 19) << "one of the first is limited";
    EXPECT_EQ(admitted(repeats, 30, "9999", kStart), 30) << "one of the last is not";
    EXPECT_EQ(repeats.take_ended(kStart + seconds(10)).size(), 1U);
    EXPECT_EQ(admitted(repeats, 30, "9999", kStart + seconds(10)), 20) << "after the others are forgotten";
}

}  // namespace
}  // namespace mindspace::log
