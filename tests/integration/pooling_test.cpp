// The program behind PgBouncer in transaction mode.

#include "database.h"
#include "pgbouncer.h"
#include "workload.h"

#include "platform/redis/test_server.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

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

TEST_F(Pooling, ServesTheMainJobToManyAtOnce) {
    Program program(settings_, std::nullopt, "serve");
    Workload workload(program, 8);
    ASSERT_TRUE(eventually([&] { return workload.acknowledged() >= 200 || !workload.wrong_answers().empty(); }));
    workload.stop();
    EXPECT_THAT(workload.wrong_answers(), testing::IsEmpty());
    workload.expect_nothing_lost_or_doubled();
    // Through the pool, of which all these share three connections.
    EXPECT_EQ(query(direct_,
                    "SELECT count(*) <= 3 FROM pg_stat_activity WHERE application_name = 'mindspace' AND "
                    "query LIKE '%meditation_sessions%'"),
              (std::vector<TextRow>{{"t"}}));
}

TEST_F(Pooling, EndsASocketlessLoginOnTheWholeWay) {
    Program program(settings_, std::nullopt, "serve");
    auto person = register_person(program);
    EXPECT_TRUE(is(person.client.get("/api/v1/users/me"), 200));
    EXPECT_TRUE(is(person.client.post("/api/v1/auth/logout"), 204));
    EXPECT_TRUE(is(person.client.get("/api/v1/users/me"), 401));
}

TEST_F(Pooling, NeedsADirectWayToTheServer) {
    settings_.erase("MINDSPACE_DATABASE_DIRECT_URL");
    auto ended = run_to_end({program_path(), "serve"}, settings_);
    EXPECT_EQ(ended.exit_code, 78);
    EXPECT_THAT(ended.output, testing::HasSubstr("database.direct_url"));
}

}  // namespace
}  // namespace mindspace::integration
