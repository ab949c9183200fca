#include "platform/base/calendar.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace mindspace {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TimeZone zone(std::string_view name) {
    return TimeZone::find(name).value();
}
Timestamp at(std::string_view text) {
    return parse_timestamp(text).value();
}
LocalDate day(std::string_view text) {
    return parse_date(text).value();
}

std::string start(std::string_view zone_name, std::string_view date, int day_start = 0) {
    return format_timestamp(zone(zone_name).start_of_day(day(date), hours(day_start)));
}
std::string date_of(std::string_view zone_name, std::string_view instant, int day_start = 0) {
    return format_date(zone(zone_name).local_date(at(instant), hours(day_start)));
}
Milliseconds length_of(std::string_view zone_name, std::string_view date) {
    auto midnight = hours(0);
    auto next = day(date) + std::chrono::days(1);
    return zone(zone_name).start_of_day(next, midnight) - zone(zone_name).start_of_day(day(date), midnight);
}

TEST(TimeZone, FindsCanonicalNamesAndLinks) {
    EXPECT_EQ(zone("Europe/Berlin").name(), "Europe/Berlin");
    EXPECT_EQ(zone("Asia/Calcutta").name(), "Asia/Calcutta");
    EXPECT_EQ(zone("America/Argentina/Buenos_Aires").name(), "America/Argentina/Buenos_Aires");
    EXPECT_TRUE(TimeZone::find("UTC"));
    EXPECT_TRUE(TimeZone::find("Etc/GMT+12"));
}

TEST(TimeZone, RefusesOtherNames) {
    for (std::string_view name : {"", "europe/berlin", "UTC ", "Europe", "Mars/Olympus", "localtime", "posixrules",
                                  "posix/UTC", "right/UTC", "tzdata.zi", "../../etc/passwd", "/UTC", "+02:00"}) {
        EXPECT_FALSE(TimeZone::find(name)) << name;
    }
}

TEST(TimeZone, KnowsTheDatesThatItSkipped) {
    using Dates = std::vector<LocalDate>;
    auto skipped = [](std::string_view name, std::string_view first, std::string_view last) {
        return zone(name).skipped_dates(day(first), day(last));
    };
    for (std::string_view name : {"Pacific/Apia", "Pacific/Fakaofo"}) {
        EXPECT_EQ(skipped(name, "2000-01-01", "2030-01-01"), (Dates{day("2011-12-30")})) << name;
        EXPECT_EQ(skipped(name, "2011-12-30", "2011-12-30"), (Dates{day("2011-12-30")})) << name;
        EXPECT_EQ(skipped(name, "2011-12-31", "2030-01-01"), Dates{}) << name;
        EXPECT_EQ(skipped(name, "2000-01-01", "2011-12-29"), Dates{}) << name;
    }
    EXPECT_EQ(skipped("Pacific/Kwajalein", "1990-01-01", "2030-01-01"), (Dates{day("1993-08-21")}));
    EXPECT_EQ(skipped("Pacific/Kiritimati", "1990-01-01", "2030-01-01").size(), 1U);
    for (std::string_view name : {"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Pyongyang", "America/Caracas"})
        EXPECT_EQ(skipped(name, "1970-01-01", "2037-01-01"), Dates{}) << name;
}

TEST(TimeZone, ADayBeginsAtTheLocalMidnight) {
    EXPECT_EQ(start("Asia/Kolkata", "2026-11-23"), "2026-11-22T18:30:00.000Z");
    EXPECT_EQ(start("Asia/Kathmandu", "2026-11-23"), "2026-11-22T18:15:00.000Z");
    EXPECT_EQ(start("Pacific/Kiritimati", "2026-11-23"), "2026-11-22T10:00:00.000Z");
    EXPECT_EQ(date_of("Pacific/Kiritimati", "2026-11-22T10:00:00Z"), "2026-11-23");
    EXPECT_EQ(date_of("Pacific/Kiritimati", "2026-11-22T09:59:59.999Z"), "2026-11-22");
    EXPECT_EQ(date_of("America/New_York", "2026-11-23T04:59:59.999Z"), "2026-11-22");
    EXPECT_EQ(date_of("UTC", "1969-12-31T23:59:59.999Z"), "1969-12-31");
}

TEST(TimeZone, ADayMayBeginLater) {
    EXPECT_EQ(start("Europe/Berlin", "2026-11-23", 4), "2026-11-23T03:00:00.000Z");
    EXPECT_EQ(date_of("Europe/Berlin", "2026-11-23T02:59:59Z", 4), "2026-11-22");
    EXPECT_EQ(date_of("Europe/Berlin", "2026-11-23T03:00:00Z", 4), "2026-11-23");
}

TEST(TimeZone, DaysOfAClockChangeHave23Or25Hours) {
    EXPECT_EQ(length_of("America/New_York", "2026-03-08"), hours(23));
    EXPECT_EQ(length_of("America/New_York", "2026-11-01"), hours(25));
    EXPECT_EQ(length_of("America/New_York", "2026-11-02"), hours(24));
    EXPECT_EQ(length_of("Australia/Lord_Howe", "2026-04-05"), hours(24) + minutes(30));
}

TEST(TimeZone, ASkippedOrRepeatedHourBelongsToItsLocalDate) {
    auto length = [](std::string_view zone_name, std::string_view date, int day_start) {
        auto first = day(date);
        return zone(zone_name).start_of_day(first + std::chrono::days(1), hours(day_start)) -
               zone(zone_name).start_of_day(first, hours(day_start));
    };
    // The clock changes at 02:00 or 03:00: if the day begins at 04:00, that is still the day before.
    EXPECT_EQ(length("Europe/Berlin", "2026-03-29", 0), hours(23));
    EXPECT_EQ(length("Europe/Berlin", "2026-03-28", 4), hours(23));
    EXPECT_EQ(length("Europe/Berlin", "2026-03-29", 4), hours(24));
    EXPECT_EQ(length("Europe/Berlin", "2025-10-25", 4), hours(25));
    EXPECT_EQ(date_of("Europe/Berlin", "2025-10-26T00:30:00Z", 3), "2025-10-25");  // 02:30, and
    EXPECT_EQ(date_of("Europe/Berlin", "2025-10-26T01:30:00Z", 3), "2025-10-25");  // 02:30 again
    EXPECT_EQ(date_of("Europe/Berlin", "2025-10-26T02:00:00Z", 3), "2025-10-26");
}

TEST(TimeZone, AppliesSummerTimeInZonesNamedLikeAbbreviations) {
    for (std::string_view name : {"CET", "MET"}) EXPECT_EQ(date_of(name, "2026-07-01T22:00:00Z"), "2026-07-02") << name;
    EXPECT_EQ(date_of("EET", "2026-07-01T21:00:00Z"), "2026-07-02");
    EXPECT_EQ(date_of("WET", "2026-07-01T23:00:00Z"), "2026-07-02");
}

TEST(TimeZone, SupportsOffsetsOfHalfAndQuarterHours) {
    EXPECT_EQ(start("America/St_Johns", "2026-11-23"), "2026-11-23T03:30:00.000Z");
    EXPECT_EQ(start("Pacific/Chatham", "2026-11-23"), "2026-11-22T10:15:00.000Z");
    EXPECT_EQ(start("Asia/Pyongyang", "2018-05-05"), "2018-05-04T15:00:00.000Z");  // 23:30 became 00:00
    EXPECT_EQ(start("America/Caracas", "2016-05-02", 3), "2016-05-02T07:00:00.000Z");
}

TEST(TimeZone, ADayWhoseStartIsSkippedBeginsAfterTheGap) {
    EXPECT_EQ(start("America/Sao_Paulo", "2018-11-04"), "2018-11-04T03:00:00.000Z");  // 00:00 became 01:00
    EXPECT_EQ(start("Europe/Berlin", "2026-03-29", 2), "2026-03-29T01:00:00.000Z");   // 02:00 became 03:00
}

TEST(TimeZone, ADayWhoseStartIsRepeatedBeginsAtTheFirst) {
    EXPECT_EQ(start("America/Havana", "2026-11-01"), "2026-11-01T04:00:00.000Z");  // 01:00 becomes 00:00
    EXPECT_EQ(date_of("America/Havana", "2026-11-01T05:30:00Z"), "2026-11-01");
}

TEST(TimeZone, SamoaHadNo30December2011) {
    EXPECT_EQ(start("Pacific/Apia", "2011-12-29"), "2011-12-29T10:00:00.000Z");
    EXPECT_EQ(start("Pacific/Apia", "2011-12-30"), "2011-12-30T10:00:00.000Z");
    EXPECT_EQ(start("Pacific/Apia", "2011-12-31"), "2011-12-30T10:00:00.000Z");
    EXPECT_EQ(date_of("Pacific/Apia", "2011-12-30T09:59:59Z"), "2011-12-29");
    EXPECT_EQ(date_of("Pacific/Apia", "2011-12-30T10:00:00Z"), "2011-12-31");
    EXPECT_EQ(length_of("Pacific/Apia", "2011-12-29"), hours(24));
    EXPECT_EQ(length_of("Pacific/Apia", "2011-12-30"), hours(0));
    EXPECT_EQ(date_of("Pacific/Apia", "2011-12-30T10:00:00Z", 6), "2011-12-30") << "before six, by the clock's own day";
    EXPECT_EQ(date_of("Pacific/Fakaofo", "2011-12-30T10:30:00Z"), "2011-12-29");
    EXPECT_EQ(date_of("Pacific/Fakaofo", "2011-12-30T11:00:00Z"), "2011-12-31");
}

TEST(TimeZone, ReturnsTheLocalHour) {
    EXPECT_EQ(zone("Asia/Kolkata").local_hour(at("2026-11-22T18:29:59.999Z")), 23);
    EXPECT_EQ(zone("Asia/Kolkata").local_hour(at("2026-11-22T18:30:00Z")), 0);
    EXPECT_EQ(zone("America/New_York").local_hour(at("2026-07-01T12:00:00Z")), 8);
    EXPECT_EQ(zone("UTC").local_hour(at("1969-12-31T23:00:00Z")), 23);
}

TEST(TimeZone, EveryDayStartsWithinTheDay) {
    for (std::string_view name : {"Europe/Berlin", "America/Havana", "Africa/Casablanca", "Asia/Beirut", "UTC"}) {
        for (int day_start = 0; day_start <= 6; ++day_start) {
            for (auto date = day("2026-01-01"); date < day("2027-01-01"); date += std::chrono::days(1)) {
                auto first = zone(name).start_of_day(date, hours(day_start));
                EXPECT_EQ(zone(name).local_date(first, hours(day_start)), date) << name;
                EXPECT_LT(zone(name).local_date(first - Milliseconds(1), hours(day_start)), date) << name;
            }
        }
    }
}

TEST(TimeZone, IsThreadSafe) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (std::string_view name : {"Asia/Tokyo", "Europe/Paris", "America/Lima", "Africa/Cairo"}) {
                EXPECT_EQ(date_of(name, "2026-11-23T12:00:00Z"), "2026-11-23");
            }
        });
    }
}

TEST(IsoWeek, BelongsToTheYearOfItsThursday) {
    auto text = [](std::string_view date) { return format_week(iso_week_of(day(date))); };
    EXPECT_EQ(text("2026-11-23"), "2026-W48");
    EXPECT_EQ(text("2026-12-31"), "2026-W53");
    EXPECT_EQ(text("2027-01-03"), "2026-W53");
    EXPECT_EQ(text("2027-01-04"), "2027-W01");
    EXPECT_EQ(text("2024-12-30"), "2025-W01");
    EXPECT_EQ(text("2024-12-29"), "2024-W52");
    EXPECT_EQ(text("2000-01-01"), "1999-W52");
    EXPECT_LT(iso_week_of(day("2027-01-03")), iso_week_of(day("2027-01-04")));
}

TEST(Calendar, FindsTheMondayOfAWeek) {
    EXPECT_EQ(monday_of(day("2026-11-23")), day("2026-11-23"));
    EXPECT_EQ(monday_of(day("2026-11-29")), day("2026-11-23"));
    EXPECT_EQ(monday_of(day("2027-01-01")), day("2026-12-28"));
}

TEST(Calendar, KnowsTheBoundsOfAMonth) {
    EXPECT_EQ(first_day_of_month(day("2026-11-23")), day("2026-11-01"));
    EXPECT_EQ(last_day_of_month(day("2026-11-23")), day("2026-11-30"));
    EXPECT_EQ(last_day_of_month(day("2024-02-01")), day("2024-02-29"));
    EXPECT_EQ(format_month(day("2026-11-23")), "2026-11");
}

}  // namespace
}  // namespace mindspace
