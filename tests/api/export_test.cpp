// GET /users/me/export: all stored data of a user.

#include "platform/base/time.h"
#include "support/live/client.h"
#include "support/network/raw_connection.h"
#include "support/postgres/database.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <thread>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kExport = "/api/v1/users/me/export";

std::vector<std::string> members_of(const Response& response, std::string_view list, std::string_view member) {
    std::vector<std::string> values;
    for (const auto& item : response.document.as_object().at(list).as_array())
        values.push_back(text_of(item.as_object(), member));
    return values;
}

// Inserts sessions directly: more than could be created through the API.
void add_sessions(const Person& person, int count) {
    query(person.client.program(),
          "INSERT INTO meditation_sessions (user_id, session_id, status, kind, planned_seconds, duration_seconds, "
          "started_at, ended_at, local_date, timezone, note, source, created_at, updated_at) "
          "SELECT '" +
              person.id +
              "', gen_random_uuid(), 'completed', 'sleep', 60, 60, now(), now(), current_date, 'UTC', "
              "repeat('n', 1000), 'import', now(), now() FROM generate_series(1, " +
              std::to_string(count) + ")");
}

TEST(Export, ContainsTheDataOfEveryService) {
    auto person = register_person({{"displayName", "Ada"}, {"timezone", "Asia/Tokyo"}});
    const auto session = offline_session("2025-01-01T08:00:00.250Z", {{"note", "\"Ruhe\" 🌊\n"}, {"moodAfter", 4}});
    import_all(person, {session});
    ASSERT_TRUE(is(person.client.post("/api/v1/sessions", {{"kind", "sleep"}, {"plannedSeconds", 600}},
                                      {{"Idempotency-Key", "a key"}}),
                   201));
    const auto group = create_group(person, {{"title", "Dawn"}});
    query(person.client.program(),
          "INSERT INTO group_attendance (user_id, group_id, present, seen_at) VALUES ('" + person.id + "', '" + group +
              "', tstzmultirange(tstzrange(now() - interval '61.5 seconds', now() + interval '10 "
              "seconds')), now())");
    auto elsewhere = log_in_again(person);
    ASSERT_TRUE(has_counted(person, 1));

    const auto response = person.client.get(kExport);
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.header("content-type"), "application/json");
    EXPECT_THAT(response.header("content-disposition").value_or(""), HasSubstr("attachment"));
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_TRUE(parse_timestamp(response.text("/exportedAt")));
    EXPECT_EQ(response.at("/profile"), person.client.get("/api/v1/users/me").document);

    ASSERT_EQ(response.at("/sessions").as_array().size(), 2U);
    // With the same members as in the API.
    for (const auto& item : response.at("/sessions").as_array())
        EXPECT_EQ(item, person.client.get("/api/v1/sessions/" + text_of(item.as_object(), "id")).document);
    EXPECT_THAT(members_of(response, "groupsHosted", "title"), ElementsAre("Dawn"));
    EXPECT_EQ(response.at("/groupAttendance/0/attendedSeconds"), 61);
    EXPECT_TRUE(parse_timestamp(response.text("/credentials/passwordChangedAt")));
    EXPECT_THAT(members_of(response, "loginSessions", "id"),
                testing::UnorderedElementsAre(person.auth_session, elsewhere.auth_session));
    EXPECT_THAT(members_of(response, "mails", "recipient"), ElementsAre(person.email));
    EXPECT_THAT(members_of(response, "mailTokens", "kind"), ElementsAre("email_verification"));
    EXPECT_THAT(members_of(response, "auditLog", "action"), ElementsAre("registered", "login"));
    EXPECT_THAT(members_of(response, "sessionFacts", "sessionId"), testing::Contains(text_of(session, "id")));
    EXPECT_EQ(response.at("/dailyTotals/0/localDate"), "2025-01-01");
    EXPECT_GT(response.number("/lifetime/sessions"), 0);
    EXPECT_EQ(response.text("/userFacts/registeredOn").size(), std::string_view("2026-11-23").size());
    EXPECT_THAT(members_of(response, "idempotencyKeys", "key"), ElementsAre("a key"));
}

TEST(Export, ContainsNoSecretsAndNoDataOfOthers) {
    auto other = register_person({{"displayName", "Somebody else"}});
    meditate(other);
    auto person = register_person();
    const auto response = person.client.get(kExport);
    ASSERT_TRUE(is(response, 200));
    for (const char* secret : {"argon2", "token_hash", "tokenHash", "password_hash", "Somebody else"})
        EXPECT_THAT(response.body, Not(HasSubstr(secret)));
    EXPECT_TRUE(response.at("/sessions").as_array().empty());
    EXPECT_TRUE(is_problem(Client(Program::shared()).get(kExport), 401, "credentials_missing"));
    EXPECT_TRUE(is(person.client.get(std::string(kExport) + "?format=csv"), 422));
}

TEST(Export, IsCompleteAtAnyLength) {
    auto person = register_person();
    add_sessions(person, 1201);  // seven pages, the last with one row
    query(person.client.program(), "INSERT INTO daily_totals SELECT '" + person.id +
                                       "', date '2020-01-01' + day, 1, 1, 60, 0, 0, 0, 0, '{\"sleep\":60}' "
                                       "FROM generate_series(0, 599) AS day");
    const auto response = person.client.get(kExport);
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/dailyTotals").as_array().size(), 600U);
    auto ids = members_of(response, "sessions", "id");
    std::ranges::sort(ids);
    EXPECT_EQ(ids.size(), 1201U);
    EXPECT_TRUE(std::ranges::adjacent_find(ids) == ids.end()) << "no session twice";
}

// A client that does not read makes the server wait instead of buffering: it reads no more rows than fit the sockets.
TEST(Export, IsReadFromTheDatabaseAtThePaceOfItsReader) {
    if (plan_of_environment()) GTEST_SKIP() << "another process reads the database";
    const Program program({{"MINDSPACE_HTTP_CORES", "1"}});
    auto person = register_person(program);
    constexpr int kMany = 40'000;  // 50 MB, and 200 pages
    add_sessions(person, kMany);
    const auto pages_read = [&] {
        return std::stoi(query(program,
                               "SELECT coalesce(sum(idx_scan + seq_scan), 0) FROM pg_stat_user_tables WHERE "
                               "relname = 'meditation_sessions'")
                             .at(0)
                             .at(0));
    };
    RawConnection slow(program.port());
    slow.send("GET " + std::string(kExport) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: " +
              "Bearer " + person.client.access_token() + "\r\n\r\n");
    slow.receive_until("exportedAt");
    int pages = -1;
    ASSERT_TRUE(eventually([&] {              // until the count no longer changes
        std::this_thread::sleep_for(1200ms);  // the server updates its scan count with that delay
        return pages == std::exchange(pages, pages_read());
    }));
    EXPECT_LT(pages, kMany / 200 / 2);
}

}  // namespace
}  // namespace mindspace::integration
