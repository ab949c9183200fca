// The program on a Citus cluster with a schema distributed by db/distribute.sql. Skipped if Citus is not installed.

#include "support/live/client.h"
#include "support/postgres/citus_cluster.h"
#include "support/postgres/database.h"
#include "support/program/person.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/errors.h"
#include "support/postgres/loop.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <set>

namespace mindspace::integration {
namespace {

using testing::IsEmpty;
using testing::Not;

class Citus : public testing::Test {
protected:
    static void SetUpTestSuite() {
        if (CitusCluster::is_installed()) database_ = CitusCluster::shared().create_database();
    }
    void SetUp() override {
        if (!CitusCluster::is_installed()) GTEST_SKIP() << "Citus is not installed for the PostgreSQL of `pg_config`";
        redis_.emplace();
        program_.emplace(
            Environment{{"MINDSPACE_DATABASE_URL", database_}, {"MINDSPACE_REDIS_URL", redis_->socket_path()}},
            std::nullopt);
    }

    // The users whose rows each worker stores in its own shards of the table.
    static std::map<std::string, std::set<std::string>> users_by_worker(const std::string& table) {
        std::map<std::string, std::set<std::string>> users;
        for (const auto& row : query(database_,
                                     "SELECT nodename, unnest(string_to_array(result, ',')) "
                                     "FROM run_command_on_placements('" +
                                         table + "', 'SELECT string_agg(user_id::text, '','') FROM %s')"))
            users[row.at(0)].insert(row.at(1));
        return users;
    }

    static inline std::string database_;
    std::optional<redis::TestServer> redis_;
    std::optional<Program> program_;
};

// Number of sessions and seconds by local date.
using Days = std::map<std::string, std::pair<std::int64_t, std::int64_t>>;

Days days_of_history(Person& person) {
    Days days;
    for (const auto& session : whole_history(person, "status=completed")) {
        auto& [sessions, seconds] = days[text_of(session, "localDate")];
        ++sessions;
        seconds += session.at("durationSeconds").as_int64();
    }
    return days;
}

Days days_of_analytics(Person& person, const Days& dates) {
    Days days;
    for (const auto& [date, unused] : dates) {
        const auto response = person.client.get("/api/v1/analytics/daily?from=" + date + "&to=" + date);
        days[date] = {response.number("/items/0/sessions"), response.number("/items/0/seconds")};
    }
    return days;
}

TEST_F(Citus, DistributesEveryTableThatGrowsWithItsUsers) {
    EXPECT_EQ(query(database_, R"(
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM citus_tables t WHERE t.table_name = c.oid AND t.citus_table_type = 'distributed'
                          AND t.distribution_column = 'user_id')
        ORDER BY 1)"),
              (std::vector<TextRow>{{"dead_letters"}, {"login_emails"}, {"mails"}, {"outbox"}}))
        << "these are queues and the lookup of addresses";
}

TEST_F(Citus, ServesUsersOnBothWorkers) {
    std::vector<Person> people;
    std::set<std::string> ids;
    for (int i = 0; i < 12; ++i) {
        auto& person = people.emplace_back(register_person(*program_));
        ids.insert(person.id);
        meditate(person);
        import_all(person, {offline_session("2025-03-01T08:00:00Z"), offline_session("2025-03-01T20:00:00Z"),
                            offline_session("2025-04-02T08:00:00Z")});
        EXPECT_EQ(whole_history(person, "", 2).size(), 4U);
    }
    for (auto& person : people) {
        ASSERT_TRUE(has_counted(person, 4));
        const auto days = days_of_history(person);
        EXPECT_EQ(days.size(), 3U);
        EXPECT_EQ(days_of_analytics(person, days), days);
        EXPECT_EQ(person.client.get("/api/v1/users/me/export").at("/sessions").as_array().size(), 4U);
    }
    for (const auto* table : {"users", "meditation_sessions", "session_facts", "audit_log"}) {
        const auto users = users_by_worker(table);
        EXPECT_EQ(users.size(), 2U) << table;
        std::set<std::string> all;
        for (const auto& [worker, some] : users) {
            EXPECT_THAT(some, Not(IsEmpty()));
            all.insert(some.begin(), some.end());
        }
        EXPECT_THAT(all, testing::IsSupersetOf(ids)) << table;
    }

    auto& leaver = people.front();
    ASSERT_TRUE(is(leaver.client.send({.method = "DELETE",
                                       .path = "/api/v1/users/me",
                                       .body = R"({"password":")" + std::string(kPassword) + R"("})"}),
                   204));
    for (const auto* table :
         {"users", "credentials", "meditation_sessions", "session_facts", "daily_totals", "lifetimes"})
        EXPECT_TRUE(eventually([&] {
            return query(database_, std::string("SELECT FROM ") + table + " WHERE user_id = '" + leaver.id + "'")
                .empty();
        })) << table;
    EXPECT_EQ(whole_history(people.back()).size(), 4U);
    for (const auto* command : {"verify", "rebuild"})
        EXPECT_EQ(program_->run({"analytics", command}).exit_code, 0) << command;
}

TEST_F(Citus, NotifiesEveryProcessOfAnEndedLogin) {
    Program second({{"MINDSPACE_DATABASE_URL", database_}, {"MINDSPACE_REDIS_URL", redis_->socket_path()}},
                   std::nullopt);
    auto person = register_person(*program_);
    auto elsewhere = log_in_again(person);
    const auto group = create_group(person);
    LiveClient socket(second, "/api/v1/groups/" + group + "/live",
                      {{"Authorization", "Bearer " + elsewhere.client.access_token()}});
    ASSERT_EQ(socket.status(), 101);
    ASSERT_TRUE(is(elsewhere.client.post("/api/v1/auth/logout"), 204));
    EXPECT_EQ(socket.close_code(std::chrono::seconds(5)), 4401);
    EXPECT_TRUE(is(person.client.get("/api/v1/users/me"), 200));
}

// An event is on the coordinator, its change on a worker. The log of two-phase commits contains the process of each.
TEST_F(Citus, CommitsAChangeAndItsEventInTwoPhases) {
    EXPECT_EQ(query(database_, R"(
        BEGIN;
        INSERT INTO deleted_sessions VALUES (gen_random_uuid(), gen_random_uuid(), 1);
        INSERT INTO outbox (type, user_id, payload, occurred_at) VALUES ('test', gen_random_uuid(), '{}', now());
        COMMIT;
        SELECT count(*) FROM pg_dist_transaction WHERE gid LIKE format('citus\_0\_%s\_%%', pg_backend_pid()))"),
              (std::vector<TextRow>{{"1"}}));
}

constexpr postgres::Statement kNote{"test_note", "INSERT INTO deleted_sessions VALUES ($1, $2, $3)"};
constexpr postgres::Statement kCount{"test_count", "SELECT count(*) FROM deleted_sessions WHERE version = $1"};

// Without a transaction block, each statement between two Syncs would be a separate transaction on the worker.
TEST_F(Citus, RollsBackAFailedTransactionAndWritesTheRestOfItsUnitOnce) {
    asio::io_context io;
    postgres::Client client(io, {.conninfo = database_, .connections = 2});
    client.start();
    postgres::run_until(io, [&] { return client.is_up(); });
    const auto user = Uuid::v7(SystemClock{}.now());
    const auto taken = Uuid::v7(SystemClock{}.now());
    const auto note = [&](Uuid id, std::int32_t version) { return postgres::bind(kNote, user, id, version); };
    const auto fresh = [] { return Uuid::v7(SystemClock{}.now()); };
    const auto count = [&](std::int32_t version) {
        return postgres::run(io, client.query(kCount, version))[0].get<std::int64_t>(0);
    };
    postgres::run(io, client.query(note(taken, 1001)));
    EXPECT_THROW(postgres::run(io, client.transaction({note(fresh(), 1002), note(taken, 1002)})),
                 postgres::ConstraintViolation);
    EXPECT_EQ(count(1002), 0);

    int responded = 0;
    int failed = 0;
    for (int i = 0; i < 8; ++i)
        asio::co_spawn(io, client.query(note(i == 4 ? taken : fresh(), 1003)),
                       [&](std::exception_ptr fault, const postgres::Rows&) {
                           ++responded;
                           if (fault) ++failed;
                       });
    postgres::run_until(io, [&] { return responded == 8; });
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(count(1003), 7);
    client.stop();
    io.restart();
    io.run_for(std::chrono::seconds(1));
}

}  // namespace
}  // namespace mindspace::integration
