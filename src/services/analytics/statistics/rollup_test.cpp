#include "services/analytics/statistics/rollup.h"

#include "support/analytics/dates.h"

#include <gtest/gtest.h>

namespace mindspace::analytics {
namespace {

SecondsByKind by_kind(const SecondsByKind::Members& members) {
    return SecondsByKind(members);
}

// One session of ten minutes, without moods.
DailyTotals ten_minutes(std::string_view day, std::string kind = "breathing") {
    DailyTotals totals;
    totals.date = date(day);
    totals.sessions = 1;
    totals.seconds = 600;
    totals.seconds_by_kind = by_kind({{std::move(kind), 600}});
    return totals;
}

TEST(RollUp, ShowsDaysWithoutSessionsAsZeros) {
    std::vector rows{ten_minutes("2026-02-28")};
    auto days = roll_up<Granularity::day>(rows, {date("2026-02-27"), date("2026-03-01")});
    ASSERT_EQ(days.size(), 3U);
    EXPECT_EQ(days[0].label, date("2026-02-27"));
    EXPECT_EQ(days[0].sessions, 0);
    EXPECT_EQ(days[0].average_mood_before, std::nullopt);
    EXPECT_EQ(days[0].seconds_by_kind.json(), "{}");
    EXPECT_EQ(days[1].seconds, 600);
    EXPECT_EQ(days[2].label, date("2026-03-01"));
}

TEST(RollUp, UsesIso8601WeeksAcrossYearBoundaries) {
    std::vector rows{ten_minutes("2026-12-31"), ten_minutes("2027-01-03"), ten_minutes("2027-01-04")};
    auto weeks = roll_up<Granularity::week>(rows, {date("2026-12-28"), date("2027-01-10")});
    ASSERT_EQ(weeks.size(), 2U);
    EXPECT_EQ(weeks[0].label, "2026-W53");
    EXPECT_EQ(weeks[0].sessions, 2);
    EXPECT_EQ(weeks[1].label, "2027-W01");
    EXPECT_EQ(weeks[1].sessions, 1);
}

TEST(RollUp, CountsOnlyTheDaysInsideARangeThatCutsWeeks) {
    // Wednesday to the following Tuesday.
    std::vector rows{ten_minutes("2026-11-25"), ten_minutes("2026-12-01")};
    auto weeks = roll_up<Granularity::week>(rows, {date("2026-11-25"), date("2026-12-01")});
    ASSERT_EQ(weeks.size(), 2U);
    EXPECT_EQ(weeks[0].label, "2026-W48");
    EXPECT_EQ(weeks[0].seconds, 600);
    EXPECT_EQ(weeks[1].label, "2026-W49");
    EXPECT_EQ(weeks[1].seconds, 600);
}

TEST(RollUp, EndsMonthsOnTheirLastDay) {
    std::vector rows{ten_minutes("2028-02-29"), ten_minutes("2028-03-01"), ten_minutes("2028-04-01")};
    auto months = roll_up<Granularity::month>(rows, {date("2028-02-10"), date("2028-04-01")});
    ASSERT_EQ(months.size(), 3U);
    EXPECT_EQ(months[0].label, "2028-02");
    EXPECT_EQ(months[1].label, "2028-03");
    EXPECT_EQ(months[2].label, "2028-04");
    for (const auto& month : months) EXPECT_EQ(month.sessions, 1);
}

TEST(RollUp, ASingleDayIsOneBucketOfEachGranularity) {
    Range day{date("2026-11-23"), date("2026-11-23")};
    EXPECT_EQ(roll_up<Granularity::day>({}, day).size(), 1U);
    EXPECT_EQ(roll_up<Granularity::week>({}, day).size(), 1U);
    EXPECT_EQ(roll_up<Granularity::month>({}, day).size(), 1U);
}

TEST(AddUp, WeighsEverySessionWithAMoodEqually) {
    std::vector<DailyTotals> rows{{.date = date("2026-11-23"),
                                   .sessions = 3,
                                   .seconds = 900,
                                   .mood_before_sum = 9,
                                   .mood_before_count = 3,
                                   .seconds_by_kind = by_kind({{"breathing", 700}, {"sleep", 200}})},
                                  {.date = date("2026-11-24"),
                                   .sessions = 1,
                                   .seconds = 60,
                                   .mood_before_sum = 5,
                                   .mood_before_count = 1,
                                   .seconds_by_kind = by_kind({{"sleep", 60}})}};
    auto totals = add_up(rows);
    EXPECT_EQ(totals.sessions, 4);
    EXPECT_EQ(totals.seconds, 960);
    EXPECT_DOUBLE_EQ(totals.average_mood_before.value(), 3.5);
    EXPECT_EQ(totals.average_mood_after, std::nullopt);
    EXPECT_EQ(totals.seconds_by_kind.json(), R"({"breathing":700,"sleep":260})");
}

TEST(AddUp, RejectsInvalidJsonOfSeconds) {
    for (const char* text : {"", "{", "[]", R"({"sleep":})", R"({"sleep":60)", R"({"sleep":60,})", R"({"sleep":60}x)",
                             R"({"sleep":"60"})", R"({ "sleep": 60 })", R"({sleep:60})"}) {
        EXPECT_THROW((void)SecondsByKind(std::string(text)).members(), std::invalid_argument) << text;
    }
}

TEST(HeatLevel, IsRelativeToTheDailyGoal) {
    EXPECT_EQ(heat_level(0, 600), 0);
    EXPECT_EQ(heat_level(1, 600), 1);
    EXPECT_EQ(heat_level(299, 600), 1);
    EXPECT_EQ(heat_level(300, 600), 2);
    EXPECT_EQ(heat_level(599, 600), 2);
    EXPECT_EQ(heat_level(600, 600), 3);
    EXPECT_EQ(heat_level(1199, 600), 3);
    EXPECT_EQ(heat_level(1200, 600), 4);
}

TEST(Series, IsWrittenAsTheContractSays) {
    Series<Granularity::week> series{.timezone = "Europe/Berlin", .as_of = {}, .items = {}, .totals = {}};
    std::vector rows{ten_minutes("2026-11-23")};
    series.items = roll_up<Granularity::week>(rows, {date("2026-11-23"), date("2026-11-23")});
    series.totals = add_up(rows);
    EXPECT_EQ(schema::to_json(series),
              R"({"timezone":"Europe/Berlin","asOf":"1970-01-01T00:00:00.000Z","items":[{"week":"2026-W48",)"
              R"("sessions":1,"seconds":600,"averageMoodBefore":null,"averageMoodAfter":null,)"
              R"("byKind":{"breathing":600}}],"totals":{"sessions":1,"seconds":600,"averageMoodBefore":null,)"
              R"("averageMoodAfter":null,"byKind":{"breathing":600}}})");
}

}  // namespace
}  // namespace mindspace::analytics
