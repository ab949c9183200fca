#include "services/analytics/statistics/lifetime_totals.h"

#include "support/analytics/dates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mindspace::analytics {
namespace {

using std::chrono::days;
using std::chrono::hours;

const LocalDate kMonday = date("2026-11-23");

// Noon (UTC) of a day, counted from kMonday.
Timestamp noon(int day) {
    return Timestamp((kMonday + days(day)).time_since_epoch()) + hours(12);
}

CompletedSession session(int day, std::int32_t seconds = 600) {
    return {.ended_at = noon(day), .local_date = kMonday + days(day), .seconds = seconds, .hour = 12, .kind = "sleep"};
}

Lifetime all_of(std::span<const CompletedSession> sessions, LocalDate today, Dates skipped = {}) {
    return fold_lifetime(sessions, skipped).as_of(today, skipped);
}

std::optional<Timestamp> reached_at(const Lifetime& lifetime, std::string_view kind, std::int64_t value) {
    for (const auto& milestone : lifetime.milestones)
        if (milestone.kind == kind && milestone.value == value) return milestone.at;
    return std::nullopt;
}

TEST(Lifetime, IsEmptyWithoutSessions) {
    auto lifetime = all_of({}, kMonday);
    EXPECT_EQ(lifetime.sessions, 0);
    EXPECT_EQ(lifetime.last_session_at, std::nullopt);
    EXPECT_TRUE(lifetime.milestones.empty());
}

TEST(Lifetime, SumsSessionsAndFindsTheLast) {
    std::vector sessions{session(0, 100), session(3, 50)};
    auto lifetime = all_of(sessions, kMonday + days(3));
    EXPECT_EQ(lifetime.sessions, 2);
    EXPECT_EQ(lifetime.seconds, 150);
    EXPECT_EQ(lifetime.last_session_at, noon(3));
}

TEST(Lifetime, NeedsASessionOfAMinuteForAStreakDay) {
    std::vector minute{session(0, 60)};
    std::vector less{session(0, 59)};
    EXPECT_EQ(all_of(minute, kMonday).streaks.current_days, 1);
    EXPECT_EQ(all_of(less, kMonday).streaks.current_days, 0);
    EXPECT_EQ(all_of(less, kMonday).sessions, 1);
}

TEST(Milestones, OfSessionsAreReachedByTheNthSession) {
    std::vector<CompletedSession> sessions;
    for (int i = 0; i < 49; ++i) sessions.push_back(session(2 * i, 10));
    auto lifetime = all_of(sessions, kMonday);
    EXPECT_EQ(reached_at(lifetime, "sessions", 1), noon(0));
    EXPECT_EQ(reached_at(lifetime, "sessions", 10), noon(18));
    EXPECT_EQ(reached_at(lifetime, "sessions", 50), std::nullopt);
    sessions.push_back(session(98, 10));
    EXPECT_EQ(reached_at(all_of(sessions, kMonday), "sessions", 50), noon(98));
}

TEST(Milestones, OfHoursAreComputedFromSecondsWithoutRounding) {
    std::vector sessions{session(0, 3599)};
    EXPECT_EQ(reached_at(all_of(sessions, kMonday), "hours", 1), std::nullopt);
    sessions.push_back(session(2, 1));
    EXPECT_EQ(reached_at(all_of(sessions, kMonday), "hours", 1), noon(2));
    sessions.push_back(session(4, 86400));
    auto lifetime = all_of(sessions, kMonday);
    EXPECT_EQ(reached_at(lifetime, "hours", 10), noon(4));
    EXPECT_EQ(reached_at(lifetime, "hours", 50), std::nullopt);
}

TEST(Milestones, OfStreaksAreReachedOnceByTheFirstLongEnoughSessionOfTheDay) {
    std::vector sessions{session(0), session(1), session(2, 59)};
    EXPECT_EQ(reached_at(all_of(sessions, kMonday), "streakDays", 3), std::nullopt);
    auto evening = session(2);
    evening.ended_at += hours(8);
    sessions.push_back(evening);
    sessions.insert(sessions.end(), {session(10), session(11), session(12)});
    auto lifetime = all_of(sessions, kMonday);
    EXPECT_EQ(reached_at(lifetime, "streakDays", 3), evening.ended_at);
    EXPECT_EQ(std::ranges::count(lifetime.milestones, "streakDays", &MilestoneReached::kind), 1);
}

// A user who flies east can complete a session on a later day before an earlier day has ended for them.
TEST(Milestones, OfStreaksAreReachedByTheSessionThatClosesTheGap) {
    auto between = session(1);
    between.ended_at = noon(2) + hours(20);
    std::vector sessions{session(0), session(2), between};
    auto lifetime = all_of(sessions, kMonday + days(2));
    EXPECT_EQ(reached_at(lifetime, "streakDays", 3), between.ended_at);
    EXPECT_EQ(lifetime.streaks.current_days, 3);
    EXPECT_EQ(lifetime.streaks.longest_days, 3);
}

TEST(Milestones, OfStreaksAreReachedWhenTwoRunsJoin) {
    std::vector sessions{session(4), session(5), session(0), session(1), session(0), session(3), session(2)};
    auto lifetime = all_of(sessions, kMonday + days(6));
    EXPECT_EQ(lifetime.streaks.longest_days, 6);
    EXPECT_EQ(lifetime.streaks.current_days, 6);
    EXPECT_EQ(reached_at(lifetime, "streakDays", 3), noon(3));
    EXPECT_EQ(all_of(sessions, kMonday + days(7)).streaks.current_days, 0);
}

TEST(Milestones, AreSortedByTheTimeTheyWereReached) {
    std::vector<CompletedSession> sessions;
    for (int i = 0; i < 10; ++i) sessions.push_back(session(i, 3600));
    auto lifetime = all_of(sessions, kMonday);
    EXPECT_TRUE(std::ranges::is_sorted(lifetime.milestones, {}, &MilestoneReached::at));
    EXPECT_EQ(lifetime.milestones.size(), 6U);  // 1 and 10 sessions, 1 and 10 hours, 3 and 7 days
}

TEST(Milestones, OfStreaksFollowTheCalendarOfTheTimeZone) {
    std::vector sessions{session(0), session(1), session(3)};
    const std::vector<LocalDate> skipped{kMonday + days(2)};
    EXPECT_EQ(reached_at(all_of(sessions, kMonday + days(3), skipped), "streakDays", 3), noon(3));
    EXPECT_EQ(reached_at(all_of(sessions, kMonday + days(3)), "streakDays", 3), std::nullopt);
}

TEST(Lifetime, FindsFavouritesAndTheBestDay) {
    std::vector sessions{session(0, 700), session(1, 100), session(1, 600), session(2, 50)};
    sessions[0].kind = sessions[1].kind = "walking";
    sessions[3].hour = 7;
    sessions[2].hour = 7;
    auto totals = fold_lifetime(sessions);
    EXPECT_EQ(totals.favourite_kind(), "walking") << "as many as of sleep, and longer";
    EXPECT_EQ(totals.favourite_hour(), 7) << "the earlier of equals";
    ASSERT_TRUE(totals.best_day());
    EXPECT_EQ(totals.best_day()->date, kMonday) << "the earlier of equals";
    EXPECT_EQ(totals.best_day()->seconds, 700);
    EXPECT_EQ(LifetimeTotals().favourite_kind(), std::nullopt);
    EXPECT_EQ(LifetimeTotals().favourite_hour(), std::nullopt);
    EXPECT_EQ(LifetimeTotals().best_day(), std::nullopt);
}

TEST(Lifetime, IsTheSameWhetherUpdatedOrRecomputed) {
    std::mt19937 random(9);
    auto pick = [&random](int first, int last) { return std::uniform_int_distribution(first, last)(random); };
    std::vector<CompletedSession> sessions;
    std::map<LocalDate, std::int64_t> seconds;
    auto stored = LifetimeTotals().to_json();
    auto at = noon(0);
    for (int i = 0; i < 1200; ++i) {
        at += hours(pick(0, 30));
        CompletedSession next{
            .ended_at = at,
            .local_date = LocalDate(std::chrono::floor<days>(at).time_since_epoch()) + days(pick(-1, 1)),
            .seconds = pick(0, 4000),
            .hour = static_cast<std::int16_t>(pick(0, 23)),
            .kind = std::array{"sleep", "mantra", "other"}[static_cast<std::size_t>(pick(0, 2))]};
        auto totals = LifetimeTotals::from_json(stored);
        ASSERT_TRUE(totals.takes(next.ended_at));
        ASSERT_EQ(i == 0, totals.takes(next.ended_at - hours(31)));
        totals.add(next);
        totals.record_day(next.local_date, seconds[next.local_date] += next.seconds);
        sessions.push_back(std::move(next));
        stored = totals.to_json();
        if (i % 50 == 0) ASSERT_EQ(stored, fold_lifetime(sessions).to_json());
    }
    EXPECT_EQ(stored, fold_lifetime(sessions).to_json());
}

}  // namespace
}  // namespace mindspace::analytics
