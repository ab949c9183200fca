// Groups in the REST API.

#include "platform/base/time.h"
#include "support/live/client.h"
#include "support/postgres/database.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace mindspace::integration {
namespace {

using testing::UnorderedElementsAre;

constexpr const char* kGroups = "/api/v1/groups";

TEST(Group, IsCreatedWithItsHost) {
    auto host = register_person({{"displayName", "Thich"}});
    const auto in_an_hour = format_timestamp(SystemClock{}.now() + 1h);
    const json::object request{{"title", "Evening silence"}, {"description", "All are welcome"},
                               {"kind", "mindfulness"},      {"plannedSeconds", 1200},
                               {"scheduledFor", in_an_hour}, {"maxParticipants", 12}};
    const auto response = host.client.post(kGroups, request);
    ASSERT_TRUE(is(response, 201));
    for (const auto& [name, value] : request) EXPECT_EQ(response.document.as_object().at(name), value) << name;
    EXPECT_EQ(response.at("/visibility"), "public");
    EXPECT_EQ(response.at("/state"), "scheduled");
    EXPECT_EQ(response.at("/participantCount"), 0);
    EXPECT_EQ(response.at("/host"), (json::object{{"id", host.id}, {"displayName", "Thich"}}));
    for (const char* later : {"startedAt", "endsAt", "endedAt"})
        EXPECT_FALSE(response.document.as_object().contains(later)) << later;

    auto reader = register_person();
    const auto read = reader.client.get(group_path(response.text("/id")));
    ASSERT_TRUE(is(read, 200));
    EXPECT_EQ(read.document, response.document);
    const auto tag = read.header("etag").value_or("");
    EXPECT_TRUE(is(reader.client.get(group_path(response.text("/id")), {{"If-None-Match", tag}}), 304));
}

TEST(Group, ReportsAllFaultsTogether) {
    auto host = register_person();
    const auto response = host.client.post(kGroups, {{"title", ""},
                                                     {"kind", "yoga"},
                                                     {"plannedSeconds", 59},
                                                     {"visibility", "secret"},
                                                     {"maxParticipants", 1},
                                                     {"scheduledFor", "tomorrow"},
                                                     {"host", "me"}});
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response),
                UnorderedElementsAre("/title too_short", "/kind not_allowed", "/plannedSeconds too_small",
                                     "/visibility not_allowed", "/maxParticipants too_small",
                                     "/scheduledFor invalid_format", "/host unknown_field"));
}

TEST(Group, CreationWithAClientIdCanBeRetried) {
    auto host = register_person();
    json::object request{{"id", new_id()}, {"title", "Once"}, {"kind", "sleep"}, {"plannedSeconds", 600}};
    const auto first = host.client.post(kGroups, request);
    ASSERT_TRUE(is(first, 201));
    EXPECT_EQ(host.client.post(kGroups, request).document, first.document);
    request["title"] = "Twice";
    EXPECT_TRUE(is_problem(host.client.post(kGroups, request), 409, "conflict"));
    auto other = register_person();
    request["title"] = "Once";
    EXPECT_TRUE(is_problem(other.client.post(kGroups, request), 409, "conflict")) << "the id belongs to another host";
}

TEST(Group, IsChangedAndCancelledByItsHostOnly) {
    auto host = register_person();
    auto other = register_person();
    const auto id = create_group(host, {{"description", "first"}, {"maxParticipants", 5}});
    EXPECT_TRUE(is_problem(other.client.patch(group_path(id), {{"title", "Mine"}}), 403, "forbidden"));
    EXPECT_TRUE(is_problem(other.client.del(group_path(id)), 403, "forbidden"));

    const auto tag = host.client.get(group_path(id)).header("etag").value_or("");
    const auto changed =
        host.client.patch(group_path(id), {{"title", "Later"}, {"description", nullptr}}, {{"If-Match", tag}});
    ASSERT_TRUE(is(changed, 200));
    EXPECT_EQ(changed.at("/title"), "Later");
    EXPECT_FALSE(changed.document.as_object().contains("description"));
    EXPECT_EQ(changed.at("/maxParticipants"), 5);
    EXPECT_TRUE(is_problem(host.client.patch(group_path(id), {{"title", "Late"}}, {{"If-Match", tag}}), 412,
                           "precondition_failed"));
    EXPECT_TRUE(is(host.client.patch(group_path(id), {{"title", nullptr}}), 422));

    EXPECT_TRUE(is(host.client.del(group_path(id)), 204));
    const auto cancelled = other.client.get(group_path(id));
    ASSERT_TRUE(is(cancelled, 200));
    EXPECT_EQ(cancelled.at("/state"), "cancelled");
    EXPECT_TRUE(is_problem(other.client.post(group_path(id, "/ticket")), 409, "group_ended"));
}

TEST(Group, ThatDoesNotExistIsNotFound) {
    auto person = register_person();
    const auto id = new_id();
    EXPECT_TRUE(is_problem(person.client.get(group_path(id)), 404, "not_found"));
    EXPECT_TRUE(is_problem(person.client.patch(group_path(id), {{"title", "x"}}), 404, "not_found"));
    EXPECT_TRUE(is_problem(person.client.del(group_path(id)), 404, "not_found"));
    EXPECT_TRUE(is_problem(person.client.post(group_path(id, "/ticket")), 404, "not_found"));
}

TEST(Group, StartsAutomaticallyAtItsScheduledTime) {
    auto host = register_person();
    auto guest = register_person();
    const auto time = SystemClock{}.now() + 2s;
    const auto id = create_group(host, {{"scheduledFor", format_timestamp(time)}, {"plannedSeconds", 60}});
    auto [socket, welcome] = join(guest, id);
    EXPECT_EQ(text_of(welcome, "state"), "scheduled");
    const auto start = socket.next("start");
    EXPECT_LT(SystemClock{}.now() - time, scaled(3s)) << "within moments";
    EXPECT_EQ(number_of(start, "startsAt"), time.time_since_epoch().count());
    EXPECT_EQ(number_of(start, "endsAt"), (time + 60s).time_since_epoch().count());
    EXPECT_EQ(text_of(start, "by"), host.id);
    const auto running = guest.client.get(group_path(id));
    EXPECT_EQ(running.at("/state"), "running");
    EXPECT_EQ(running.text("/startedAt"), format_timestamp(time));
}

TEST(Group, RejectsAScheduledTimeInThePast) {
    auto host = register_person();
    const auto two_minutes_ago = format_timestamp(SystemClock{}.now() - 2min);
    json::object request{{"id", new_id()},
                         {"title", "Late"},
                         {"kind", "sleep"},
                         {"plannedSeconds", 600},
                         {"scheduledFor", two_minutes_ago}};
    const auto refused = host.client.post(kGroups, request);
    ASSERT_TRUE(is_problem(refused, 422, "validation_failed"));
    EXPECT_THAT(faults_of(refused), testing::ElementsAre("/scheduledFor out_of_range"));

    request["scheduledFor"] = format_timestamp(SystemClock{}.now() + 1h);
    const auto made = host.client.post(kGroups, request);
    ASSERT_TRUE(is(made, 201));
    EXPECT_THAT(faults_of(host.client.patch(group_path(made.text("/id")), {{"scheduledFor", two_minutes_ago}})),
                testing::ElementsAre("/scheduledFor out_of_range"));
    // Retried after its time has passed, it returns the same group.
    query(Program::shared(), "UPDATE groups SET state = 'ended', scheduled_for = '" + two_minutes_ago +
                                 "' WHERE group_id = '" + made.text("/id") + "'");
    request["scheduledFor"] = two_minutes_ago;
    EXPECT_TRUE(is(host.client.post(kGroups, request), 201));
}

TEST(Group, KeepsKindAndTimesOnceItRuns) {
    auto host = register_person();
    const auto id = create_group(host);
    auto [socket, welcome] = join(host, id);
    socket.send({{"type", "start"}, {"countdownSeconds", 0}});
    socket.next("start");
    const auto later = format_timestamp(SystemClock{}.now() + 1h);
    for (const json::object& patch : {json::object{{"kind", "walking"}},
                                      {{"plannedSeconds", 60}},
                                      {{"scheduledFor", later}},
                                      {{"scheduledFor", nullptr}, {"title", "x"}}})
        EXPECT_TRUE(is_problem(host.client.patch(group_path(id), patch), 409, "group_started")) << patch;
    const auto changed = host.client.patch(
        group_path(id),
        {{"title", "Now"}, {"description", "as it is"}, {"visibility", "unlisted"}, {"maxParticipants", 3}});
    ASSERT_TRUE(is(changed, 200));
    EXPECT_EQ(changed.at("/title"), "Now");
    EXPECT_EQ(changed.at("/maxParticipants"), 3);
    EXPECT_EQ(changed.at("/state"), "running");
    ASSERT_TRUE(is(host.client.del(group_path(id)), 204));
    EXPECT_EQ(host.client.get(group_path(id)).at("/state"), "ended") << "it has ended, so it is not cancelled";
}

TEST(Group, ShowsTheHostsCurrentName) {
    auto host = register_person({{"displayName", "Ada"}});
    auto other = register_person({{"displayName", "Grace"}});
    const auto id = create_group(host);
    const auto others = create_group(other);
    const auto tag = other.client.get(group_path(id)).header("etag").value();
    ASSERT_TRUE(is(host.client.patch("/api/v1/users/me", {{"displayName", "Ada Lovelace"}}), 200));
    const auto renamed = other.client.get(group_path(id), {{"If-None-Match", tag}});
    ASSERT_TRUE(is(renamed, 200)) << "a copy with the old tag is outdated";
    EXPECT_EQ(renamed.at("/host/displayName"), "Ada Lovelace");
    EXPECT_EQ(other.client.get(group_path(others)).at("/host/displayName"), "Grace");

    const auto now = renamed.header("etag").value();
    ASSERT_TRUE(is(host.client.patch("/api/v1/users/me", {{"dayStartHour", 3}}), 200));
    EXPECT_TRUE(is(other.client.get(group_path(id), {{"If-None-Match", now}}), 304)) << "it has not changed";
}

TEST(GroupCalendar, IsReadableByLinkAndFollowsTheGroup) {
    auto host = register_person({{"displayName", "Thich"}});
    const auto today = std::chrono::floor<std::chrono::days>(SystemClock{}.now());
    const auto year = std::chrono::year_month_day(today).year() + std::chrono::years(1);
    const auto next_year = std::to_string(static_cast<int>(year));
    const auto id =
        create_group(host, {{"title", "Dawn, together"}, {"scheduledFor", next_year + "-05-01T05:30:00.500Z"}});
    Client application(Program::shared());  // it has the link, but no token
    const auto first = application.get(group_path(id, "/calendar.ics"));
    ASSERT_TRUE(is(first, 200));
    EXPECT_THAT(first.header("content-type").value_or(""), testing::StartsWith("text/calendar"));
    EXPECT_THAT(first.body, testing::HasSubstr("\r\nUID:" + id + "\r\n"));
    EXPECT_THAT(first.body, testing::HasSubstr("\r\nDTSTART:" + next_year + "0501T053000Z\r\nDTEND:" + next_year +
                                               "0501T054000Z\r\n"));
    EXPECT_THAT(first.body, testing::HasSubstr("\r\nSUMMARY:Dawn\\, together\r\n"));
    EXPECT_THAT(first.body, testing::HasSubstr("\r\nSEQUENCE:0\r\n"));
    const auto tag = first.header("etag").value();
    EXPECT_TRUE(is(application.get(group_path(id, "/calendar.ics"), {{"If-None-Match", tag}}), 304));

    ASSERT_TRUE(is(host.client.del(group_path(id)), 204));
    const auto cancelled = application.get(group_path(id, "/calendar.ics"), {{"If-None-Match", tag}});
    ASSERT_TRUE(is(cancelled, 200));
    EXPECT_THAT(cancelled.body, testing::HasSubstr("\r\nSTATUS:CANCELLED\r\n"));
    EXPECT_THAT(cancelled.body, testing::HasSubstr("\r\nSEQUENCE:1\r\n"));

    const auto unscheduled = create_group(host);
    EXPECT_TRUE(is_problem(application.get(group_path(unscheduled, "/calendar.ics")), 409, "group_not_scheduled"));
    EXPECT_TRUE(is_problem(application.get(group_path(new_id(), "/calendar.ics")), 404, "not_found"));
    EXPECT_TRUE(is_problem(application.get("/api/v1/groups/x/calendar.ics"), 404, "not_found"));
    EXPECT_TRUE(is(application.get(group_path(id, "/calendar.ics?a=b")), 422));
}

TEST(GroupList, ShowsPublicGroupsOnceSoonestFirst) {
    auto host = register_person();
    const auto now = SystemClock{}.now();
    std::vector<std::string> expected;  // far ahead of the groups of other tests
    std::optional<Person> one_of_the_hosts;
    for (int i = 0; i < 45; ++i) {
        if (i % 15 == 0) one_of_the_hosts = register_person();
        expected.push_back(create_group(
            *one_of_the_hosts, {{"scheduledFor", format_timestamp(now + std::chrono::hours(24 * 400 + i / 3))}}));
    }
    const auto hidden = create_group(host, {{"visibility", "unlisted"}, {"scheduledFor", format_timestamp(now + 1h)}});

    std::vector<std::string> seen;
    std::vector<std::string> times;
    auto reader = register_person();
    for (std::string query = "?limit=7&state=scheduled";;) {
        const auto page = reader.client.get(kGroups + query);
        ASSERT_TRUE(is(page, 200));
        for (const auto& item : page.at("/items").as_array()) {
            const auto& group = item.as_object();
            EXPECT_NE(text_of(group, "id"), hidden);
            EXPECT_EQ(group.at("visibility"), "public");
            times.push_back(text_of(group, group.contains("scheduledFor") ? "scheduledFor" : "createdAt"));
            if (std::ranges::find(expected, text_of(group, "id")) != expected.end())
                seen.push_back(text_of(group, "id"));
        }
        if (page.at("/nextCursor").is_null()) break;
        query = "?limit=7&state=scheduled&cursor=" + in_query(page.text("/nextCursor"));
    }
    EXPECT_THAT(seen, testing::UnorderedElementsAreArray(expected));
    EXPECT_TRUE(std::ranges::is_sorted(times));
    EXPECT_TRUE(is(reader.client.get(group_path(hidden)), 200)) << "visible to anyone with the link";
}

TEST(GroupList, RejectsCursorsThatAreDamagedOrOfAnotherList) {
    auto person = register_person();
    for (int i = 0; i < 2; ++i) create_group(person);
    const auto page = person.client.get("/api/v1/groups?limit=1&state=scheduled");
    ASSERT_TRUE(is(page, 200));
    const auto cursor = in_query(page.text("/nextCursor"));
    EXPECT_TRUE(is(person.client.get("/api/v1/groups?state=scheduled&cursor=" + cursor), 200));
    EXPECT_TRUE(is_problem(person.client.get("/api/v1/groups?state=ended&cursor=" + cursor), 400, "invalid_cursor"));
    EXPECT_TRUE(is_problem(person.client.get("/api/v1/groups?cursor=nonsense"), 400, "invalid_cursor"));
    EXPECT_TRUE(is(person.client.get("/api/v1/groups?limit=101"), 422));
    EXPECT_TRUE(is(person.client.get("/api/v1/groups?state=sleeping"), 422));
}

TEST(GroupTicket, ReturnsTheSocketUrl) {
    auto person = register_person();
    const auto id = create_group(person);
    const auto response = person.client.post(group_path(id, "/ticket"));
    ASSERT_EQ(response.status / 100, 2) << response;
    EXPECT_EQ(response.at("/expiresIn"), 30);
    EXPECT_THAT(response.text("/url"), testing::HasSubstr(group_path(id, "/live?ticket=")));
    EXPECT_TRUE(is_problem(Client(Program::shared()).post(group_path(id, "/ticket")), 401, "credentials_missing"));
}

}  // namespace
}  // namespace mindspace::integration
