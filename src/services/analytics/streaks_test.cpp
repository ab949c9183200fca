#include "services/analytics/streaks.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::analytics {
namespace {

using std::chrono::days;
using std::chrono::hours;

const LocalDate kMonday = parse_date("2026-11-23").value();

// Noon (UTC) of a day counted from kMonday.
Timestamp noon(int day) {
    return Timestamp((kMonday + days(day)).time_since_epoch()) + hours(12);
}

Sitting sitting(int day, std::int32_t seconds = 600) {
    return {.ended_at = noon(day), .local_date = kMonday + days(day), .seconds = seconds};
}

std::vector<LocalDate> dates(std::initializer_list<int> offsets) {
    std::vector<LocalDate> list;
    for (int offset : offsets) list.push_back(kMonday + days(offset));
    return list;
}

std::optional<Timestamp> reached_at(const Lifetime& lifetime, std::string_view kind, std::int64_t value) {
    for (const auto& milestone : lifetime.milestones)
        if (milestone.kind == kind && milestone.value == value) return milestone.at;
    return std::nullopt;
}

TEST(Streak, OfNothingIsZero) {
    auto streaks = find_streaks({}, kMonday);
    EXPECT_EQ(streaks.current_days, 0);
    EXPECT_EQ(streaks.longest_days, 0);
}

TEST(Streak, StandsUntilTheEndOfTheDayAfterItsLast) {
    auto three_days = dates({0, 1, 2});
    EXPECT_EQ(find_streaks(three_days, kMonday + days(2)).current_days, 3);
    EXPECT_EQ(find_streaks(three_days, kMonday + days(3)).current_days, 3);
    EXPECT_EQ(find_streaks(three_days, kMonday + days(4)).current_days, 0);
    EXPECT_EQ(find_streaks(three_days, kMonday + days(4)).longest_days, 3);
}

TEST(Streak, AMissedDayBeginsANewOne) {
    auto streaks = find_streaks(dates({0, 1, 2, 4, 5}), kMonday + days(5));
    EXPECT_EQ(streaks.current_days, 2);
    EXPECT_EQ(streaks.longest_days, 3);
}

TEST(Streak, ADayAheadOfTheUsersOwnCounts) {
    // They sat in a zone further east.
    EXPECT_EQ(find_streaks(dates({0, 1}), kMonday).current_days, 2);
}

TEST(Lifetime, OfNobodyIsEmpty) {
    auto lifetime = look_back({}, kMonday);
    EXPECT_EQ(lifetime.sessions, 0);
    EXPECT_EQ(lifetime.last_session_at, std::nullopt);
    EXPECT_TRUE(lifetime.milestones.empty());
}

TEST(Lifetime, AddsUpAndKnowsTheLast) {
    std::vector sittings{sitting(0, 100), sitting(3, 50)};
    auto lifetime = look_back(sittings, kMonday + days(3));
    EXPECT_EQ(lifetime.sessions, 2);
    EXPECT_EQ(lifetime.seconds, 150);
    EXPECT_EQ(lifetime.last_session_at, noon(3));
}

TEST(Lifetime, AMinuteKeepsAStreakAndASecondLessDoesNot) {
    std::vector minute{sitting(0, 60)};
    std::vector less{sitting(0, 59)};
    EXPECT_EQ(look_back(minute, kMonday).streaks.current_days, 1);
    EXPECT_EQ(look_back(less, kMonday).streaks.current_days, 0);
    EXPECT_EQ(look_back(less, kMonday).sessions, 1);
}

TEST(Milestones, OfSessionsAreReachedByTheSessionOfThatNumber) {
    std::vector<Sitting> sittings;
    for (int i = 0; i < 49; ++i) sittings.push_back(sitting(2 * i, 10));
    auto lifetime = look_back(sittings, kMonday);
    EXPECT_EQ(reached_at(lifetime, "sessions", 1), noon(0));
    EXPECT_EQ(reached_at(lifetime, "sessions", 10), noon(18));
    EXPECT_EQ(reached_at(lifetime, "sessions", 50), std::nullopt);
    sittings.push_back(sitting(98, 10));
    EXPECT_EQ(reached_at(look_back(sittings, kMonday), "sessions", 50), noon(98));
}

TEST(Milestones, OfHoursAreReachedBySecondsNotByRoundedHours) {
    std::vector sittings{sitting(0, 3599)};
    EXPECT_EQ(reached_at(look_back(sittings, kMonday), "hours", 1), std::nullopt);
    sittings.push_back(sitting(2, 1));
    EXPECT_EQ(reached_at(look_back(sittings, kMonday), "hours", 1), noon(2));
    sittings.push_back(sitting(4, 86400));
    auto lifetime = look_back(sittings, kMonday);
    EXPECT_EQ(reached_at(lifetime, "hours", 10), noon(4));
    EXPECT_EQ(reached_at(lifetime, "hours", 50), std::nullopt);
}

TEST(Milestones, OfStreaksAreReachedByTheFirstLongEnoughSessionOfTheDayAndOnce) {
    std::vector sittings{sitting(0), sitting(1), sitting(2, 59)};
    EXPECT_EQ(reached_at(look_back(sittings, kMonday), "streakDays", 3), std::nullopt);
    auto evening = sitting(2);
    evening.ended_at += hours(8);
    sittings.push_back(evening);
    sittings.insert(sittings.end(), {sitting(10), sitting(11), sitting(12)});
    auto lifetime = look_back(sittings, kMonday);
    EXPECT_EQ(reached_at(lifetime, "streakDays", 3), evening.ended_at);
    EXPECT_EQ(std::ranges::count(lifetime.milestones, "streakDays", &Reached::kind), 1);
}

// Whoever flies east sits through a later day before an earlier one has ended for them.
TEST(Milestones, OfStreaksAreReachedByTheSessionThatClosesTheGap) {
    auto between = sitting(1);
    between.ended_at = noon(2) + hours(20);
    std::vector sittings{sitting(0), sitting(2), between};
    auto lifetime = look_back(sittings, kMonday + days(2));
    EXPECT_EQ(reached_at(lifetime, "streakDays", 3), between.ended_at);
    EXPECT_EQ(lifetime.streaks.current_days, 3);
    EXPECT_EQ(lifetime.streaks.longest_days, 3);
}

TEST(Milestones, OfStreaksThatTwoRunsMakeTogether) {
    std::vector sittings{sitting(4), sitting(5), sitting(0), sitting(1), sitting(0), sitting(3), sitting(2)};
    auto lifetime = look_back(sittings, kMonday + days(6));
    EXPECT_EQ(lifetime.streaks.longest_days, 6);
    EXPECT_EQ(lifetime.streaks.current_days, 6);
    EXPECT_EQ(reached_at(lifetime, "streakDays", 3), noon(3));
    EXPECT_EQ(look_back(sittings, kMonday + days(7)).streaks.current_days, 0);
}

TEST(Milestones, ComeInTheOrderInWhichTheyWereReached) {
    std::vector<Sitting> sittings;
    for (int i = 0; i < 10; ++i) sittings.push_back(sitting(i, 3600));
    auto lifetime = look_back(sittings, kMonday);
    EXPECT_TRUE(std::ranges::is_sorted(lifetime.milestones, {}, &Reached::at));
    EXPECT_EQ(lifetime.milestones.size(), 6U);  // 1 and 10 sessions, 1 and 10 hours, 3 and 7 days
}

}  // namespace
}  // namespace mindspace::analytics
