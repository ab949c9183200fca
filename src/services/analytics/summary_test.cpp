#include "services/analytics/summary.h"

#include "services/analytics/test_dates.h"

#include <gtest/gtest.h>

namespace mindspace::analytics {
namespace {

Day day(std::string_view text, std::int64_t seconds) {
    return {.date = date(text), .sessions = 1, .seconds = seconds, .keeps_streak = seconds >= 60};
}

TEST(Summary, OfNobodyHasNoBestDay) {
    auto summary = summarise({}, date("2026-11-25"), 600);
    EXPECT_EQ(summary.today.seconds, 0);
    EXPECT_FALSE(summary.today.goal_reached);
    EXPECT_FALSE(summary.best_day);
    EXPECT_EQ(summary.streaks.current_days, 0);
}

TEST(Summary, TheGoalIsReachedToTheSecond) {
    std::vector almost{day("2026-11-25", 599)};
    std::vector reached{day("2026-11-25", 600)};
    EXPECT_FALSE(summarise(almost, date("2026-11-25"), 600).today.goal_reached);
    EXPECT_TRUE(summarise(reached, date("2026-11-25"), 600).today.goal_reached);
    EXPECT_FALSE(summarise(reached, date("2026-11-26"), 600).today.goal_reached);
}

TEST(Summary, WeeksAndMonthsAreSetAgainstTheOnesBefore) {
    // Wednesday, 2 December 2026: the week began in November.
    std::vector history{day("2026-10-31", 1),  day("2026-11-01", 2),  day("2026-11-22", 4),  day("2026-11-23", 8),
                        day("2026-11-29", 16), day("2026-11-30", 32), day("2026-12-01", 64), day("2026-12-02", 128)};
    auto summary = summarise(history, date("2026-12-02"), 600);
    EXPECT_EQ(summary.this_week.seconds, 32 + 64 + 128);
    EXPECT_EQ(summary.this_week.sessions, 3);
    EXPECT_EQ(summary.last_week.seconds, 8 + 16);
    EXPECT_EQ(summary.this_month.seconds, 64 + 128);
    EXPECT_EQ(summary.last_month.seconds, 2 + 4 + 8 + 16 + 32);
    EXPECT_EQ(summary.last_month.sessions, 5);
}

TEST(Summary, LastMonthOfJanuaryIsDecember) {
    std::vector history{day("2026-12-31", 5), day("2027-01-01", 7)};
    auto summary = summarise(history, date("2027-01-01"), 600);
    EXPECT_EQ(summary.last_month.seconds, 5);
    EXPECT_EQ(summary.this_month.seconds, 7);
}

TEST(Summary, TheBestDayIsTheEarliestOfEquals) {
    std::vector history{day("2026-11-20", 300), day("2026-11-21", 900), day("2026-11-22", 900)};
    auto best = summarise(history, date("2026-11-25"), 600).best_day;
    ASSERT_TRUE(best);
    EXPECT_EQ(best->date, date("2026-11-21"));
    EXPECT_EQ(best->seconds, 900);
}

TEST(Summary, StreaksCountOnlyDaysThatKeepThem) {
    std::vector history{day("2026-11-23", 600), day("2026-11-24", 59), day("2026-11-25", 600)};
    auto streaks = summarise(history, date("2026-11-25"), 600).streaks;
    EXPECT_EQ(streaks.current_days, 1);
    EXPECT_EQ(streaks.longest_days, 1);
}

}  // namespace
}  // namespace mindspace::analytics
