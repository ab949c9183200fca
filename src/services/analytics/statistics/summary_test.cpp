#include "services/analytics/statistics/summary.h"

#include "support/analytics/dates.h"

#include <gtest/gtest.h>

namespace mindspace::analytics {
namespace {

Day day(std::string_view text, std::int64_t seconds) {
    return {.date = date(text), .sessions = 1, .seconds = seconds};
}

// The summary of days with one session each.
Summary summary_of(std::span<const Day> history, LocalDate today) {
    std::vector<CompletedSession> sessions;
    for (const auto& day : history)
        sessions.push_back({.ended_at = Timestamp(day.date.time_since_epoch()),
                            .local_date = day.date,
                            .seconds = static_cast<std::int32_t>(day.seconds),
                            .kind = "sleep"});
    return summarise(fold_lifetime(sessions), history, today, {}, 600);
}

TEST(Summary, HasNoBestDayWithoutSessions) {
    auto summary = summary_of({}, date("2026-11-25"));
    EXPECT_EQ(summary.today.seconds, 0);
    EXPECT_FALSE(summary.today.goal_reached);
    EXPECT_FALSE(summary.best_day);
    EXPECT_EQ(summary.streaks.current_days, 0);
}

TEST(Summary, ReachesTheGoalToTheSecond) {
    std::vector almost{day("2026-11-25", 599)};
    std::vector reached{day("2026-11-25", 600)};
    EXPECT_FALSE(summary_of(almost, date("2026-11-25")).today.goal_reached);
    EXPECT_TRUE(summary_of(reached, date("2026-11-25")).today.goal_reached);
    EXPECT_FALSE(summary_of(reached, date("2026-11-26")).today.goal_reached);
}

TEST(Summary, ComparesWeeksAndMonthsWithThePreviousOnes) {
    // Wednesday, 2 December 2026: the week began in November.
    std::vector history{day("2026-10-31", 1),  day("2026-11-01", 2),  day("2026-11-22", 4),  day("2026-11-23", 8),
                        day("2026-11-29", 16), day("2026-11-30", 32), day("2026-12-01", 64), day("2026-12-02", 128)};
    auto summary = summary_of(history, date("2026-12-02"));
    EXPECT_EQ(summary.this_week.seconds, 32 + 64 + 128);
    EXPECT_EQ(summary.this_week.sessions, 3);
    EXPECT_EQ(summary.last_week.seconds, 8 + 16);
    EXPECT_EQ(summary.this_month.seconds, 64 + 128);
    EXPECT_EQ(summary.last_month.seconds, 2 + 4 + 8 + 16 + 32);
    EXPECT_EQ(summary.last_month.sessions, 5);
}

TEST(Summary, HasDecemberAsLastMonthInJanuary) {
    std::vector history{day("2026-12-31", 5), day("2027-01-01", 7)};
    auto summary = summary_of(history, date("2027-01-01"));
    EXPECT_EQ(summary.last_month.seconds, 5);
    EXPECT_EQ(summary.this_month.seconds, 7);
}

TEST(Summary, ReadsTheCurrentAndThePreviousWeeksAndMonths) {
    auto range = summary_range(date("2026-03-01"));
    EXPECT_EQ(range.from, date("2026-02-01"));
    EXPECT_EQ(range.to, date("2026-03-31"));
    EXPECT_EQ(summary_range(date("2026-12-31")).to, date("2027-01-03")) << "the end of the week";
    for (auto today = date("2026-01-01"); today < date("2028-01-01"); today += std::chrono::days(1))
        EXPECT_LE(summary_range(today).to - summary_range(today).from, std::chrono::days(67));
}

TEST(Summary, PrefersTheEarlierOfEqualBestDays) {
    std::vector history{day("2026-11-20", 300), day("2026-11-21", 900), day("2026-11-22", 900)};
    auto best = summary_of(history, date("2026-11-25")).best_day;
    ASSERT_TRUE(best);
    EXPECT_EQ(best->date, date("2026-11-21"));
    EXPECT_EQ(best->seconds, 900);
}

TEST(Summary, IgnoresDaysBelowAMinuteForStreaks) {
    std::vector history{day("2026-11-23", 600), day("2026-11-24", 59), day("2026-11-25", 600)};
    auto streaks = summary_of(history, date("2026-11-25")).streaks;
    EXPECT_EQ(streaks.current_days, 1);
    EXPECT_EQ(streaks.longest_days, 1);
}

}  // namespace
}  // namespace mindspace::analytics
