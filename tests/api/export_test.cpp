// GET /users/me/export: everything that is kept of somebody.

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

std::vector<std::string> members_of(const Answer& answer, std::string_view list, std::string_view member) {
    std::vector<std::string> values;
    for (const auto& item : answer.document.as_object().at(list).as_array())
        values.push_back(text_of(item.as_object(), member));
    return values;
}

// Sessions that were never started: more than anybody would wait for.
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

TEST(Export, HoldsWhatEveryServiceKeeps) {
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

    const auto answer = person.client.get(kExport);
    ASSERT_TRUE(is(answer, 200));
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_THAT(answer.header("content-disposition").value_or(""), HasSubstr("attachment"));
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_TRUE(parse_timestamp(answer.text("/exportedAt")));
    EXPECT_EQ(answer.at("/profile"), person.client.get("/api/v1/users/me").document);

    ASSERT_EQ(answer.at("/sessions").as_array().size(), 2U);
    // As the API shows them, member for member.
    for (const auto& item : answer.at("/sessions").as_array())
        EXPECT_EQ(item, person.client.get("/api/v1/sessions/" + text_of(item.as_object(), "id")).document);
    EXPECT_THAT(members_of(answer, "groupsHosted", "title"), ElementsAre("Dawn"));
    EXPECT_EQ(answer.at("/groupAttendance/0/attendedSeconds"), 61);
    EXPECT_TRUE(parse_timestamp(answer.text("/credentials/passwordChangedAt")));
    EXPECT_THAT(members_of(answer, "loginSessions", "id"),
                testing::UnorderedElementsAre(person.auth_session, elsewhere.auth_session));
    EXPECT_THAT(members_of(answer, "mails", "recipient"), ElementsAre(person.email));
    EXPECT_THAT(members_of(answer, "mailTokens", "kind"), ElementsAre("email_verification"));
    EXPECT_THAT(members_of(answer, "auditLog", "action"), ElementsAre("registered", "login"));
    EXPECT_THAT(members_of(answer, "sessionFacts", "sessionId"), testing::Contains(text_of(session, "id")));
    EXPECT_EQ(answer.at("/dailyTotals/0/localDate"), "2025-01-01");
    EXPECT_GT(answer.number("/lifetime/sessions"), 0);
    EXPECT_EQ(answer.text("/userFacts/registeredOn").size(), std::string_view("2026-11-23").size());
    EXPECT_THAT(members_of(answer, "idempotencyKeys", "key"), ElementsAre("a key"));
}

TEST(Export, HoldsNoSecretAndNothingOfOthers) {
    auto other = register_person({{"displayName", "Somebody else"}});
    meditate(other);
    auto person = register_person();
    const auto answer = person.client.get(kExport);
    ASSERT_TRUE(is(answer, 200));
    for (const char* secret : {"argon2", "token_hash", "tokenHash", "password_hash", "Somebody else"})
        EXPECT_THAT(answer.body, Not(HasSubstr(secret)));
    EXPECT_TRUE(answer.at("/sessions").as_array().empty());
    EXPECT_TRUE(is_problem(Client(Program::shared()).get(kExport), 401, "credentials_missing"));
    EXPECT_TRUE(is(person.client.get(std::string(kExport) + "?format=csv"), 422));
}

TEST(Export, IsWholeHoweverLong) {
    auto person = register_person();
    add_sessions(person, 1201);  // seven pages, the last with one row
    query(person.client.program(), "INSERT INTO daily_totals SELECT '" + person.id +
                                       "', date '2020-01-01' + day, 1, 1, 60, 0, 0, 0, 0, '{\"sleep\":60}' "
                                       "FROM generate_series(0, 599) AS day");
    const auto answer = person.client.get(kExport);
    ASSERT_TRUE(is(answer, 200));
    EXPECT_EQ(answer.at("/dailyTotals").as_array().size(), 600U);
    auto ids = members_of(answer, "sessions", "id");
    std::ranges::sort(ids);
    EXPECT_EQ(ids.size(), 1201U);
    EXPECT_TRUE(std::ranges::adjacent_find(ids) == ids.end()) << "no session twice";
}

// Whoever does not read makes the server wait, not remember: beyond what the sockets hold it reads no more rows.
TEST(Export, IsReadFromTheDatabaseAtThePaceOfItsReader) {
    if (plan_of_environment()) GTEST_SKIP() << "another process asks the database";
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
    ASSERT_TRUE(eventually([&] {              // until it stands still
        std::this_thread::sleep_for(1200ms);  // the server counts scans with that delay
        return pages == std::exchange(pages, pages_read());
    }));
    EXPECT_LT(pages, kMany / 200 / 2);
}

}  // namespace
}  // namespace mindspace::integration
