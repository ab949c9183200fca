// The day that a session belongs to: the user's local date when it began, minus dayStartHour.

#include "support/program/person.h"

namespace mindspace::integration {
namespace {

struct Moment {
    const char* started_at;
    const char* local_date;
};

void expect_dates(Person& person, const char* timezone, std::initializer_list<Moment> moments) {
    for (const auto& moment : moments) {
        const auto session = offline_session(moment.started_at, {{"timezone", timezone}});
        import_all(person, {session});
        const auto read = person.client.get("/api/v1/sessions/" + text_of(session, "id"));
        EXPECT_EQ(read.text("/localDate"), moment.local_date) << moment.started_at << " in " << timezone;
    }
}

Person with_day_start(int hour) {
    auto person = register_person();
    const auto response = person.client.patch("/api/v1/users/me", {{"dayStartHour", hour}});
    EXPECT_TRUE(is(response, 200));
    return person;
}

TEST(LocalDate, FollowsExtremeTimeZones) {
    auto person = register_person();
    expect_dates(person, "Pacific/Kiritimati",  // UTC+14
                 {{"2026-01-01T09:59:59Z", "2026-01-01"}, {"2026-01-01T10:00:00Z", "2026-01-02"}});
    expect_dates(person, "Pacific/Niue",  // UTC-11
                 {{"2026-01-01T10:59:59Z", "2025-12-31"}, {"2026-01-01T11:00:00Z", "2026-01-01"}});
    expect_dates(person, "Asia/Kathmandu",  // UTC+5:45
                 {{"2026-01-01T18:14:59Z", "2026-01-01"}, {"2026-01-01T18:15:00Z", "2026-01-02"}});
}

TEST(LocalDate, SkipsTheDayThatSamoaSkipped) {
    auto person = register_person();
    expect_dates(person, "Pacific/Apia",
                 {{"2011-12-30T09:59:59Z", "2011-12-29"}, {"2011-12-30T10:00:00Z", "2011-12-31"}});
}

TEST(LocalDate, FollowsDaylightSaving) {
    auto person = register_person();
    expect_dates(person, "Europe/Berlin",
                 {{"2026-03-28T22:59:59Z", "2026-03-28"},  // the night of the short day: still UTC+1
                  {"2026-03-28T23:00:00Z", "2026-03-29"},
                  {"2026-03-29T21:59:59Z", "2026-03-29"},  // UTC+2
                  {"2026-03-29T22:00:00Z", "2026-03-30"},
                  {"2025-10-26T22:59:59Z", "2025-10-26"},  // the long day
                  {"2025-10-26T23:00:00Z", "2025-10-27"}});
}

TEST(LocalDate, BeginsAtTheUsersDayStartHour) {
    auto person = with_day_start(4);
    expect_dates(person, "UTC", {{"2026-01-01T03:59:59Z", "2025-12-31"}, {"2026-01-01T04:00:00Z", "2026-01-01"}});
    expect_dates(person, "Pacific/Kiritimati",
                 {{"2026-01-01T13:59:59Z", "2026-01-01"}, {"2026-01-01T14:00:00Z", "2026-01-02"}});
}

TEST(LocalDate, FollowsTheWallClockWhenItIsPutForward) {
    auto person = with_day_start(3);
    expect_dates(person, "Europe/Berlin",  // 01:59:59 is followed by 03:00:00
                 {{"2026-03-29T00:59:59Z", "2026-03-28"}, {"2026-03-29T01:00:00Z", "2026-03-29"}});
}

TEST(LocalDate, FollowsTheWallClockWhenItIsPutBack) {
    auto person = with_day_start(2);
    expect_dates(person, "America/New_York",  // 01:30 comes twice
                 {{"2025-11-02T05:30:00Z", "2025-11-01"},
                  {"2025-11-02T06:30:00Z", "2025-11-01"},
                  {"2025-11-02T07:00:00Z", "2025-11-02"}});
}

TEST(LocalDate, OfASessionDoesNotChangeWhenTheUserMoves) {
    auto person = register_person({{"timezone", "Pacific/Kiritimati"}});
    const auto session = offline_session("2026-01-01T12:00:00Z");
    import_all(person, {session});
    const auto path = "/api/v1/sessions/" + text_of(session, "id");
    EXPECT_EQ(person.client.get(path).at("/localDate"), "2026-01-02");
    person.client.patch("/api/v1/users/me", {{"timezone", "Pacific/Niue"}, {"dayStartHour", 6}});
    person.client.patch(path, {{"note", "moved"}});
    EXPECT_EQ(person.client.get(path).at("/localDate"), "2026-01-02");
    EXPECT_EQ(person.client.get(path).at("/timezone"), "Pacific/Kiritimati");

    const auto later = offline_session("2026-01-01T12:00:00Z");
    import_all(person, {later});
    EXPECT_EQ(person.client.get("/api/v1/sessions/" + text_of(later, "id")).at("/localDate"), "2025-12-31");
}

}  // namespace
}  // namespace mindspace::integration
