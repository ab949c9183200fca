// Two nodes on a primary with a hot standby: users see their own writes at once, and the standby can take over.

#include "support/load/workload.h"
#include "support/postgres/database.h"
#include "support/program/metrics.h"

#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

constexpr const char* kHistory = "/api/v1/sessions?limit=1";

class Replica : public testing::Test {
protected:
    static double replica_reads(const Program& node) {
        return metric(node.management_port("meditation"), "mindspace_postgres_replica_reads_total");
    }
    static bool shows(Person& person, const Program& node, const std::string& session) {
        const auto response = Client(node, person.client.access_token()).get(kHistory);
        return response.status == 200 && response.at("/items/0/id") == json::value(session);
    }
    Environment settings() {
        return {{"MINDSPACE_DATABASE_URL", "host=" + primary_.directory() + "," + replica_.directory() +
                                               " user=postgres dbname=test1 target_session_attrs=read-write"},
                {"MINDSPACE_DATABASE_REPLICA_URLS", replica_.conninfo("test1")},
                {"MINDSPACE_REDIS_URL", redis_.socket_path()}};
    }
    postgres::TestServer primary_;
    redis::TestServer redis_;
    const std::string database_ = primary_.create_database();  // test1
    postgres::TestServer replica_{postgres::TestServer::StandbyOf{primary_}};
    Program first_{settings()};
    Program second_{settings()};
};

TEST_F(Replica, ShowsUsersTheirOwnWritesOnEveryNode) {
    auto person = register_person(first_);
    for (int i = 0; i < 40; ++i) {
        const auto id = meditate(person);
        ASSERT_TRUE(shows(person, i % 2 == 0 ? second_ : first_, id)) << "round " << i;
    }
    // Without new writes to wait for, the replica serves the reads.
    EXPECT_TRUE(eventually([&] {
        person.client.get(kHistory);
        return replica_reads(first_) > 0;
    }));
}

TEST_F(Replica, IsNotUsedWhileItIsBehind) {
    auto person = register_person(first_);
    const auto before = meditate(person);
    ASSERT_TRUE(eventually([&] {
        EXPECT_TRUE(shows(person, second_, before));
        return replica_reads(second_) > 0;
    }));
    query(replica_.conninfo("test1"), "SELECT pg_wal_replay_pause()");
    const auto id = meditate(person);
    // A flushed Redis no longer knows who has written.
    redis_.signal(SIGKILL);
    redis_.start();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(shows(person, i % 2 == 0 ? second_ : first_, id));
    query(replica_.conninfo("test1"), "SELECT pg_wal_replay_resume()");
    const auto reads = replica_reads(second_);
    EXPECT_TRUE(eventually([&] { return shows(person, second_, id) && replica_reads(second_) > reads; }));
}

TEST_F(Replica, FailureIsInvisibleToClients) {
    auto person = register_person(first_);
    const auto id = meditate(person);
    replica_.crash();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(shows(person, first_, id));
    replica_.restart();
    EXPECT_TRUE(eventually([&] { return shows(person, first_, id) && replica_reads(first_) > 0; }));
}

TEST_F(Replica, TakesOverUnderLoadWithNothingLost) {
    // Acknowledged changes are on both.
    query(primary_.conninfo(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
    query(primary_.conninfo(), "SELECT pg_reload_conf()");
    ASSERT_TRUE(eventually([&] {
        return query(primary_.conninfo(), "SELECT sync_state FROM pg_stat_replication") ==
               std::vector<TextRow>{{"sync"}};
    }));
    Workload workload(first_, 4);
    ASSERT_TRUE(eventually([&] { return workload.acknowledged() >= 60 || !workload.unexpected_responses().empty(); }));
    primary_.crash();
    query(replica_.conninfo(), "ALTER SYSTEM RESET synchronous_standby_names");
    query(replica_.conninfo(), "SELECT pg_promote()");
    const auto at_takeover = workload.acknowledged();
    EXPECT_TRUE(eventually(
        [&] { return workload.acknowledged() >= at_takeover + 60 || !workload.unexpected_responses().empty(); }));
    workload.stop();
    EXPECT_THAT(workload.unexpected_responses(), testing::IsEmpty());
    workload.expect_nothing_lost_or_duplicated();
}

}  // namespace
}  // namespace mindspace::integration
