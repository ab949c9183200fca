#include "services/analytics/statistics/streaks.h"

#include "support/analytics/dates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace mindspace::analytics {
namespace {

using std::chrono::days;

const LocalDate kFirst = date("2026-11-23");

StreakDays days_of(std::initializer_list<int> offsets) {
    StreakDays streak;
    for (int offset : offsets) streak.add(kFirst + days(offset));
    return streak;
}

Streaks streaks_of(const StreakDays& streak, int today) {
    return streak.as_of(kFirst + days(today), {});
}

TEST(Streak, IsZeroWithoutDays) {
    auto streaks = streaks_of({}, 0);
    EXPECT_EQ(streaks.current_days, 0);
    EXPECT_EQ(streaks.longest_days, 0);
}

TEST(Streak, LastsUntilTheEndOfTheDayAfterItsLast) {
    auto three_days = days_of({0, 1, 2});
    EXPECT_EQ(streaks_of(three_days, 2).current_days, 3);
    EXPECT_EQ(streaks_of(three_days, 3).current_days, 3);
    EXPECT_EQ(streaks_of(three_days, 4).current_days, 0);
    EXPECT_EQ(streaks_of(three_days, 4).longest_days, 3);
}

TEST(Streak, RestartsAfterAMissedDay) {
    auto streaks = streaks_of(days_of({0, 1, 2, 4, 5}), 5);
    EXPECT_EQ(streaks.current_days, 2);
    EXPECT_EQ(streaks.longest_days, 3);
}

TEST(Streak, CountsADayAheadOfTheUsersDate) {
    // The session was completed in a zone further east.
    EXPECT_EQ(streaks_of(days_of({0, 1}), 0).current_days, 2);
}

// 30 December 2011 did not exist in Samoa.
class SamoanStreak : public testing::Test {
protected:
    static StreakDays days_of(std::initializer_list<std::string_view> dates) {
        StreakDays streak;
        for (auto text : dates) streak.add(date(text));
        return streak;
    }
    static Streaks as_of(const StreakDays& streak, std::string_view today, std::string_view zone) {
        return streak.as_of(date(today), streak.skipped_dates(zone, date(today)));
    }
};

TEST_F(SamoanStreak, ContinuesAcrossTheSkippedDate) {
    auto streak = days_of({"2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"});
    for (std::string_view zone : {"Pacific/Apia", "Pacific/Fakaofo"}) {
        EXPECT_EQ(as_of(streak, "2012-01-02", zone).current_days, 4) << zone;
        EXPECT_EQ(as_of(streak, "2012-01-02", zone).longest_days, 4) << zone;
    }
    EXPECT_EQ(as_of(streak, "2012-01-02", "Pacific/Auckland").current_days, 2) << "there it was missed";
    EXPECT_EQ(as_of(streak, "2012-01-02", "No/Zone").current_days, 2);
}

TEST_F(SamoanStreak, LastsUntilTheDayAfterTheSkippedDate) {
    auto streak = days_of({"2011-12-28", "2011-12-29"});
    EXPECT_EQ(as_of(streak, "2011-12-31", "Pacific/Apia").current_days, 2);
    EXPECT_EQ(as_of(streak, "2012-01-01", "Pacific/Apia").current_days, 0);
    EXPECT_EQ(as_of(streak, "2011-12-31", "Pacific/Auckland").current_days, 0);
}

TEST_F(SamoanStreak, CountsTheSkippedDateOnlyWithASessionElsewhere) {
    auto streak = days_of({"2011-12-29", "2011-12-30", "2011-12-31"});
    EXPECT_EQ(as_of(streak, "2011-12-31", "Pacific/Apia").longest_days, 3);
    auto before = days_of({"2011-12-29", "2012-01-01"});
    EXPECT_EQ(as_of(before, "2012-01-01", "Pacific/Apia").longest_days, 1) << "the 31st was missed";
}

// Compared with a simple loop over the days, across the boundaries of the words that store them.
TEST(Streak, OfRandomDaysEqualsTheResultOfASimpleLoop) {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::set<LocalDate> plain;
        StreakDays streak;
        auto length = std::uniform_int_distribution(1, 200)(random);
        auto first = date("1969-12-20") + days(std::uniform_int_distribution(0, 20000)(random));
        for (int i = 0; i < length; ++i) {
            if (std::uniform_int_distribution(0, 9)(random) < 2) continue;
            plain.insert(first + days(i));
            streak.add(first + days(i));
        }
        std::vector<LocalDate> skipped{first + days(length / 2)};
        auto is_joined = [&](LocalDate day) { return plain.contains(day) || day == skipped.front(); };
        std::int32_t longest = 0;
        for (auto day : plain) {
            auto from = day;
            while (is_joined(from - days(1))) from -= days(1);
            auto to = day;
            while (is_joined(to + days(1))) to += days(1);
            auto run = static_cast<std::int32_t>(std::distance(plain.lower_bound(from), plain.upper_bound(to)));
            ASSERT_EQ(streak.run_around(day, skipped), run);
            longest = std::max(longest, run);
        }
        ASSERT_EQ(streak.as_of(first, skipped).longest_days, longest);
    }
}

}  // namespace
}  // namespace mindspace::analytics
