// The program behind PgBouncer in transaction mode.

#include "support/load/workload.h"
#include "support/postgres/database.h"
#include "support/postgres/pgbouncer.h"

#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <set>

namespace mindspace::integration {
namespace {

constexpr std::size_t kRemotePid = 15;  // the column of SHOW SERVERS: the server's process

class Pooling : public testing::Test {
protected:
    static std::string database_of(const std::string& conninfo) { return conninfo.substr(conninfo.rfind('=') + 1); }

    postgres::TestServer postgres_;
    redis::TestServer redis_;
    PgBouncer pool_{postgres_};
    const std::string direct_ = postgres_.create_database();
    const std::string pooled_ = pool_.conninfo(database_of(direct_));
    Environment settings_{{"MINDSPACE_DATABASE_URL", pooled_},
                          {"MINDSPACE_DATABASE_POOLING", "transaction"},
                          {"MINDSPACE_DATABASE_DIRECT_URL", direct_},
                          {"MINDSPACE_REDIS_URL", redis_.socket_path()}};
};

TEST_F(Pooling, ServesManyClientsAtOnce) {
    Program program(settings_);
    Workload workload(program, 8);
    ASSERT_TRUE(eventually([&] { return workload.acknowledged() >= 200 || !workload.unexpected_responses().empty(); }));
    workload.stop();
    EXPECT_THAT(workload.unexpected_responses(), testing::IsEmpty());
    workload.expect_nothing_lost_or_duplicated();
    // Through the pool, whose three connections all these share.
    EXPECT_EQ(query(direct_,
                    "SELECT count(*) <= 3 FROM pg_stat_activity WHERE application_name LIKE 'mindspace/%' AND "
                    "query LIKE '%meditation_sessions%'"),
              (std::vector<TextRow>{{"t"}}));
}

TEST_F(Pooling, EndsALoginThroughThePool) {
    Program program(settings_);
    auto person = register_person(program);
    EXPECT_TRUE(is(person.client.get("/api/v1/users/me"), 200));
    EXPECT_TRUE(is(person.client.post("/api/v1/auth/logout"), 204));
    EXPECT_TRUE(is(person.client.get("/api/v1/users/me"), 401));
}

// A session lock taken through the pool belongs to an arbitrary server connection: other clients would share it, and
// its owner could not release it.
TEST_F(Pooling, HoldsLocksOnADirectConnection) {
    constexpr const char* kHolders = "SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory'";
    constexpr std::size_t kLeaders = 5;  // events, retention, and three of analytics
    Program program(settings_);
    Workload workload(program, 4);
    ASSERT_TRUE(
        eventually([&] { return workload.acknowledged() >= 50 && query(direct_, kHolders).size() >= kLeaders; }));
    std::set<std::string> pooled;
    for (const auto& server : query(pool_.conninfo("pgbouncer"), "SHOW SERVERS")) pooled.insert(server.at(kRemotePid));
    EXPECT_FALSE(pooled.empty());
    for (const auto& pid : pooled)
        EXPECT_EQ(query(direct_, "SELECT FROM pg_stat_activity WHERE pid = " + pid).size(), 1U)
            << "the expected column";
    for (const auto& holder : query(direct_, kHolders)) EXPECT_FALSE(pooled.contains(holder.at(0)));
    workload.stop();
}

TEST_F(Pooling, RequiresADirectUrl) {
    settings_.erase("MINDSPACE_DATABASE_DIRECT_URL");
    auto ended = run_to_end({program_path(), "serve"}, settings_);
    EXPECT_EQ(ended.exit_code, 78);
    EXPECT_THAT(ended.output, testing::HasSubstr("database.direct_url"));
}

}  // namespace
}  // namespace mindspace::integration
