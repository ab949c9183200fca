// DELETE /users/me: deleting an account.

#include "support/live/client.h"
#include "support/postgres/database.h"
#include "support/program/mailbox.h"
#include "support/program/person.h"

#include "platform/base/time.h"
#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;

Response delete_account(Client& client, std::string_view password = kPassword) {
    const json::object body{{"password", json::string_view(password.data(), password.size())}};
    return client.send({.method = "DELETE", .path = kMe, .body = json::serialize(body)});
}

std::string count(const Program& program, const std::string& table, const std::string& condition) {
    return query(program, "SELECT count(*) FROM " + table + " WHERE " + condition).at(0).at(0);
}

// Each table with a column for users; except the outbox, which removes its rows itself, and the ids of erased users
// (user_facts).
std::vector<std::string> tables_of_users(const Program& program) {
    std::vector<std::string> tables;
    for (auto& row : query(program, R"(
             SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
               AND attname = 'user_id' AND relname NOT IN ('outbox', 'user_facts'))"))
        tables.push_back(std::move(row.at(0)));
    return tables;
}

TEST(AccountDeletion, LeavesNoRowOfTheUserExceptTheDeletionRecord) {
    const auto& program = Program::shared();
    auto person = register_person({{"displayName", "Ada of the lake"}});
    meditate(person);
    ASSERT_TRUE(has_counted(person, 1));
    query(program,
          "INSERT INTO dead_letters (consumer, xid, id, type, user_id, payload, occurred_at, error) VALUES "
          "('test', '1', 1, 'session.completed', '" +
              person.id + "', '{\"note\":\"Ada\"}', now(), 'none')");
    const auto started = person.client.post("/api/v1/sessions", {{"kind", "sleep"}, {"plannedSeconds", 600}},
                                            {{"Idempotency-Key", "kept"}});
    ASSERT_TRUE(is(started, 201));
    log_in_again(person);
    const auto group = create_group(person, {{"title", "Ada's"}, {"description", "By Ada"}});
    query(program, "INSERT INTO group_attendance (user_id, group_id, seen_at) VALUES ('" + person.id + "', '" + group +
                       "', now())");
    const auto of_person = "user_id = '" + person.id + "'";
    std::set<std::string> filled;
    for (const auto& table : tables_of_users(program))
        if (count(program, table, of_person) != "0") filled.insert(table);
    EXPECT_THAT(filled, testing::IsSupersetOf({"users", "login_emails", "credentials", "auth_sessions", "audit_log",
                                               "one_time_tokens", "mails", "idempotency_keys", "meditation_sessions",
                                               "group_attendance", "session_facts", "daily_totals", "lifetimes",
                                               "dead_letters"}));

    const auto deleted = delete_account(person.client);
    ASSERT_TRUE(is(deleted, 204));
    EXPECT_EQ(deleted.body, "");
    for (const auto& table : tables_of_users(program)) {
        const std::string left = table == "audit_log" ? "1" : "0";
        // The analytics service handles the event later.
        EXPECT_TRUE(eventually([&] { return count(program, table, of_person) == left; })) << table;
    }
    EXPECT_THAT(
        query(program, "SELECT action, ip, user_agent, auth_session_id, detail FROM audit_log WHERE " + of_person),
        ElementsAre(ElementsAre("account_deleted", "", "", "", "{}")));
    EXPECT_THAT(
        query(program, "SELECT title, description, host_name, state FROM groups WHERE group_id = '" + group + "'"),
        ElementsAre(ElementsAre("Group meditation", "", "Deleted account", "cancelled")));
    EXPECT_EQ(count(program, "outbox", of_person + " AND type = 'user.deleted'"), "1");
}

TEST(AccountDeletion, RequiresThePassword) {
    auto person = register_person();
    EXPECT_TRUE(is_problem(delete_account(person.client, "not my password"), 403, "wrong_password"));
    EXPECT_TRUE(is(person.client.del(kMe), 415));
    const auto send = [&](std::string body, const Headers& headers = {}) {
        return person.client.send({.method = "DELETE", .path = kMe, .body = std::move(body), .headers = headers});
    };
    EXPECT_TRUE(is_problem(send("{"), 400, "malformed_json"));
    EXPECT_THAT(faults_of(send("{}")), ElementsAre("/password required"));
    EXPECT_THAT(faults_of(send(R"({"password":"","force":true})")),
                testing::UnorderedElementsAre("/password too_short", "/force unknown_field"));
    EXPECT_THAT(faults_of(send(R"({"password":null})")), ElementsAre("/password wrong_type"));
    EXPECT_TRUE(is(send("password=x", {{"Content-Type", "application/x-www-form-urlencoded"}}), 415));
    EXPECT_TRUE(is_problem(Client(Program::shared()).send({.method = "DELETE", .path = kMe, .body = "{}"}), 401,
                           "credentials_missing"));
    EXPECT_TRUE(is(person.client.get(kMe), 200));
}

TEST(AccountDeletion, EndsAllTokensAndFreesTheAddress) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    ASSERT_TRUE(is(delete_account(elsewhere.client), 204));
    for (auto* one : {&person, &elsewhere}) {
        EXPECT_TRUE(is_problem(one->client.get(kMe), 401, "token_revoked"));
        const auto refreshed =
            Client(Program::shared()).post("/api/v1/auth/refresh", {{"refreshToken", one->refresh_token}});
        EXPECT_TRUE(is_problem(refreshed, 401, "invalid_refresh_token"));
    }
    EXPECT_TRUE(is_problem(delete_account(person.client), 401, "token_revoked"));
    const json::object login{{"email", person.email}, {"password", kPassword}};
    EXPECT_TRUE(is_problem(Client(Program::shared()).post("/api/v1/auth/login", login), 401, "invalid_credentials"));
    auto reader = register_person();
    EXPECT_TRUE(is_problem(reader.client.get("/api/v1/users/" + person.id), 404, "not_found"));

    auto again = register_person({{"email", person.email}});
    EXPECT_NE(again.id, person.id);
    EXPECT_TRUE(whole_history(again).empty());
}

TEST(AccountDeletion, HappensOnceUnderConcurrentRequests) {
    const auto person = register_person();
    std::vector<long> statuses(4);
    {
        std::vector<std::jthread> clients;
        for (auto& status : statuses)
            clients.emplace_back([&] {
                Client client(Program::shared(), person.client.access_token());
                status = delete_account(client).status;
            });
    }
    EXPECT_THAT(statuses, testing::Contains(204));
    EXPECT_THAT(statuses, testing::Each(testing::AnyOf(204, 401)));
    EXPECT_THAT(audit_of(Program::shared(), person.id), ElementsAre("account_deleted"));
    EXPECT_EQ(count(Program::shared(), "outbox", "type = 'user.deleted' AND user_id = '" + person.id + "'"), "1");
}

TEST(AccountDeletion, ClosesSocketsAndCancelsScheduledGroups) {
    auto host = register_person();
    auto guest = register_person();
    const auto waiting = create_group(host);
    const auto running = create_group(host);
    auto [host_socket, welcome] = join(host, running);
    host_socket.send({{"type", "start"}, {"countdownSeconds", 0}});
    host_socket.next("start");
    auto in_waiting = join(guest, waiting);
    auto in_running = join(guest, running);

    const auto asked_at = std::chrono::steady_clock::now();
    ASSERT_TRUE(is(delete_account(host.client), 204));
    EXPECT_EQ(host_socket.close_code(), kTokenEnded);
    EXPECT_EQ(text_of(in_running.socket.next("leave"), "reason"), "kicked");
    EXPECT_LT(std::chrono::steady_clock::now() - asked_at, scaled(3s));
    EXPECT_EQ(text_of(in_waiting.socket.next("end"), "reason"), "host");
    EXPECT_EQ(guest.client.get(group_path(waiting)).at("/state"), "cancelled");
    const auto continued = guest.client.get(group_path(running));
    EXPECT_EQ(continued.at("/state"), "running") << "the sessions of other users continue";
    EXPECT_EQ(continued.at("/host/displayName"), "Deleted account");
}

// Concurrent writes are either erased with the account or rejected.
TEST(AccountDeletion, LeavesNoRowsOfConcurrentWrites) {
    for (int round = 0; round < 5; ++round) {
        auto person = register_person();
        std::vector<std::jthread> writers;
        for (int i = 0; i < 3; ++i)
            writers.emplace_back([token = person.client.access_token(), i] {
                Client client(Program::shared(), token);
                Response response;
                do {
                    response =
                        i == 0 ? client.post("/api/v1/sessions/import",
                                             {{"sessions", json::array{offline_session("2025-01-01T08:00:00Z")}}})
                        : i == 1
                            ? client.post("/api/v1/groups", {{"title", "x"}, {"kind", "sleep"}, {"plannedSeconds", 60}})
                            : client.post("/api/v1/auth/email/resend");
                } while (response.status < 300 || response.status == 409);  // 409: the maximum of groups per host
                EXPECT_TRUE(response.status == 401 || response.status == 422) << response;
            });
        ASSERT_TRUE(is(delete_account(person.client), 204));
        writers.clear();
        for (const char* table : {"meditation_sessions", "mails", "one_time_tokens"})
            EXPECT_EQ(count(Program::shared(), table, "user_id = '" + person.id + "'"), "0") << table;
        EXPECT_EQ(count(Program::shared(), "groups", "host_id = '" + person.id + "' AND state <> 'cancelled'"), "0");
    }
}

TEST(AccountDeletionOnTwoNodes, TakesEffectOnTheOtherNodeWithinASecond) {
    postgres::TestServer postgres;
    const redis::TestServer redis;
    const Environment settings{{"MINDSPACE_DATABASE_URL", postgres.create_database()},
                               {"MINDSPACE_REDIS_URL", redis.socket_path()}};
    const Program first(settings, std::nullopt);
    const Program second(settings, std::nullopt);
    auto person = register_person(first);
    Client elsewhere(second, person.client.access_token());
    ASSERT_TRUE(is(elsewhere.get(kMe), 200));
    ASSERT_TRUE(is(delete_account(person.client), 204));
    EXPECT_TRUE(eventually([&] { return elsewhere.get(kMe).status == 401; }, 1s));
}

}  // namespace
}  // namespace mindspace::integration
