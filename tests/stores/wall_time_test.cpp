// The database and the program agree on local time: the former computes the dates of sessions, the latter the current
// date.

#include "platform/base/calendar.h"
#include "platform/postgres/connection/session.h"
#include "support/postgres/migrated_database.h"

#include <gtest/gtest.h>

namespace mindspace {
namespace {

using postgres::run;
using postgres::Statement;
using std::chrono::hours;

constexpr Statement kNames{"test_zone_names", "SELECT name FROM pg_timezone_names ORDER BY name"};
// From 2000 into the future, at all hours of the day and in all weeks of the year.
constexpr Statement kWallTimes{"test_wall_times", R"(
    SELECT at, (wall_time(at, $1) - make_interval(hours => 4))::date, extract(hour FROM wall_time(at, $1))::integer
    FROM generate_series('2000-01-01 00:29:59.999Z'::timestamptz, '2030-01-01Z', interval '31 days 5 hours') AS at)"};
// The nights in which the clock is put forward and back, in steps of half an hour.
constexpr Statement kNights{"test_nights", R"(
    SELECT at, (wall_time(at, $1) - make_interval(hours => 4))::date, extract(hour FROM wall_time(at, $1))::integer
    FROM unnest($2::timestamptz[]) AS night CROSS JOIN
         generate_series(night - interval '1 day', night + interval '1 day', interval '30 minutes') AS at)"};

void expect_agreement(const TimeZone& zone, const postgres::Rows& rows) {
    for (auto row : rows) {
        auto at = row.get<Timestamp>(0);
        ASSERT_EQ(row.get<LocalDate>(1), zone.local_date(at, hours(4))) << zone.name() << " " << format_timestamp(at);
        ASSERT_EQ(row.get<std::int32_t>(2), zone.local_hour(at)) << zone.name() << " " << format_timestamp(at);
    }
}

TEST(WallTime, IsTheSameInDatabaseAndProgramInEveryZone) {
    asio::io_context io;
    postgres::Session session(io, {.conninfo = integration::create_migrated_database()});
    run(io, session.connect());
    int zones = 0;
    for (auto row : run(io, session.query(kNames))) {
        auto name = row.get<std::string>(0);
        auto zone = TimeZone::find(name);
        if (!zone) continue;  // "posix/…" and the like
        ASSERT_NO_FATAL_FAILURE(expect_agreement(*zone, run(io, session.query(kWallTimes, name))));
        ++zones;
    }
    EXPECT_GT(zones, 400);
    for (const std::string name : {"CET", "MET", "EET", "WET"}) {
        auto summer = parse_timestamp("2026-07-01T00:00:00Z").value();
        EXPECT_NE(TimeZone::find(name)->local_hour(summer) - TimeZone::find(name)->local_hour(summer - hours(4344)), 0)
            << name << " has daylight saving time";
    }
}

TEST(WallTime, IsTheSameWhenClocksChange) {
    asio::io_context io;
    postgres::Session session(io, {.conninfo = integration::create_migrated_database()});
    run(io, session.connect());
    std::vector<Timestamp> nights;
    for (const char* night :
         {"2011-12-30T10:00:00Z", "2018-11-04T03:00:00Z", "2025-10-26T01:00:00Z", "2025-11-02T06:00:00Z",
          "2026-03-08T07:00:00Z", "2026-03-29T01:00:00Z", "2026-04-04T15:00:00Z"})
        nights.push_back(parse_timestamp(night).value());
    for (const std::string name : {"Pacific/Apia", "America/Sao_Paulo", "Europe/Berlin", "CET", "America/New_York",
                                   "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham"})
        ASSERT_NO_FATAL_FAILURE(
            expect_agreement(TimeZone::find(name).value(), run(io, session.query(kNights, name, nights))));
}

}  // namespace
}  // namespace mindspace
