// Outages of PostgreSQL or Redis while the program runs, and recovery.

#include "support/load/workload.h"
#include "support/network/raw_connection.h"
#include "support/program/suite_program.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>
#include <stdexcept>

namespace mindspace::integration {
namespace {

using testing::IsEmpty;

template <class Suite>
class OutageSuite : public SuiteProgram<Suite> {
public:
    static Servers servers() { return Servers::dedicated; }
};

class PostgresOutage : public OutageSuite<PostgresOutage> {};
class RedisOutage : public OutageSuite<RedisOutage> {};

void kill_process(std::optional<pid_t> pid, int number = SIGKILL) {
    if (!pid || ::kill(*pid, number) != 0) throw std::runtime_error("there is no such server");
}

// A process and its children: PostgreSQL has one per connection.
std::vector<pid_t> family_of(std::optional<pid_t> pid) {
    std::vector<pid_t> family{pid.value()};
    const auto parent = std::to_string(*pid);
    std::ifstream children("/proc/" + parent + "/task/" + parent + "/children");
    for (pid_t child = 0; children >> child;) family.push_back(child);
    return family;
}

bool has_another(const std::function<std::optional<pid_t>()>& pid, pid_t old) {
    return eventually([&] {
        const auto now = pid();
        return now && *now != old;
    });
}

void flush_redis(const Program& program) {
    RawConnection connection(program.data() / "run/redis.sock");
    connection.send("FLUSHALL\r\n");
    EXPECT_EQ(connection.receive_until("\r\n"), "+OK\r\n");
}

// On several connections, to reach every core.
void expect_status(const Program& program, const std::string& token, long status) {
    for (int i = 0; i < 6; ++i) {
        Client client(program, token);
        EXPECT_TRUE(is(client.get(kMe), status));
    }
}

TEST_F(PostgresOutage, Gives503UntilItIsBack) {
    Workload workload(program(), 4);
    ASSERT_TRUE(eventually([&] { return workload.acknowledged() >= 20; }));
    const auto before = workload.acknowledged();
    kill_process(program().postgres_pid());
    ASSERT_TRUE(eventually([&] { return workload.refused() > 0 || !workload.unexpected_responses().empty(); }));
    EXPECT_TRUE(is(Client(program()).get("/livez"), 200)) << "the program itself is alive";
    EXPECT_TRUE(
        eventually([&] { return workload.acknowledged() >= before + 40 || !workload.unexpected_responses().empty(); }));
    workload.stop();
    EXPECT_THAT(workload.unexpected_responses(), IsEmpty());
    EXPECT_TRUE(eventually([&] { return Client(program()).get("/readyz").status == 200; }));
    workload.expect_nothing_lost_or_duplicated();
}

TEST_F(PostgresOutage, WithAHangingServerGives503AndFailsReadyz) {
    Program program({{"MINDSPACE_DATABASE_QUERY_TIMEOUT_MS", "500"}}, plan_of_environment(), Servers::dedicated);
    auto person = register_person(program);
    const auto family = family_of(program.postgres_pid());
    for (const auto pid : family) kill_process(pid, SIGSTOP);
    const json::object session{{"kind", "other"}, {"plannedSeconds", 60}};
    const auto refused = person.client.post("/api/v1/sessions", session);
    EXPECT_TRUE(is_problem(refused, 503, "unavailable"));
    EXPECT_TRUE(refused.header("retry-after"));
    const json::object login{{"email", person.email}, {"password", kPassword}};
    EXPECT_TRUE(is_problem(Client(program).post("/api/v1/auth/login", login), 503, "unavailable"));
    Response ready;
    EXPECT_TRUE(eventually([&] {
        EXPECT_TRUE(is_problem(person.client.get("/api/v1/sessions"), 503, "unavailable"));
        return (ready = Client(program).get("/readyz")).status == 503;
    }));
    EXPECT_EQ(ready.at("/checks/database"), "failing");
    for (const auto pid : family) kill_process(pid, SIGCONT);
    EXPECT_TRUE(eventually([&] { return person.client.get("/api/v1/sessions").status == 200; }));
    EXPECT_TRUE(eventually([&] { return Client(program).post("/api/v1/auth/login", login).status == 200; }));
}

TEST_F(RedisOutage, FailsNoRequest) {
    auto person = register_person(program());
    auto logged_out = log_in_again(person);
    ASSERT_TRUE(is(logged_out.client.post("/api/v1/auth/logout"), 204));
    Workload workload(program(), 3);
    for (int round = 0; round < 3; ++round) {
        const auto pid = program().redis_pid();
        const auto before = workload.acknowledged();
        kill_process(pid);
        for (int i = 0; i < 10; ++i) {
            EXPECT_TRUE(is(person.client.get(kMe), 200));
            EXPECT_TRUE(is(logged_out.client.get(kMe), 401));
        }
        EXPECT_TRUE(eventually(
            [&] { return workload.acknowledged() >= before + 20 || !workload.unexpected_responses().empty(); }));
        ASSERT_TRUE(has_another([&] { return program().redis_pid(); }, *pid));
    }
    workload.stop();
    EXPECT_THAT(workload.unexpected_responses(), IsEmpty());
    EXPECT_EQ(workload.refused(), 0U);
    expect_status(program(), person.client.access_token(), 200);
    expect_status(program(), logged_out.client.access_token(), 401);
    workload.expect_nothing_lost_or_duplicated();
}

TEST_F(RedisOutage, WithAHangingServerFailsNoRequest) {
    auto person = register_person(program());
    auto logged_out = log_in_again(person);
    ASSERT_TRUE(is(logged_out.client.post("/api/v1/auth/logout"), 204));
    kill_process(program().redis_pid(), SIGSTOP);
    for (int i = 0; i < 3; ++i) {
        const auto began = std::chrono::steady_clock::now();
        EXPECT_TRUE(is(person.client.get(kMe), 200));
        EXPECT_TRUE(is(logged_out.client.get(kMe), 401));
        EXPECT_LT(std::chrono::steady_clock::now() - began, scaled(10s));
    }
    // Once Redis counts as unavailable, no request waits for it.
    int in_time = 0;
    for (int i = 0; i < 200; ++i) {
        const auto began = std::chrono::steady_clock::now();
        EXPECT_TRUE(is(person.client.get(kMe), 200));
        if (std::chrono::steady_clock::now() - began < 250ms) ++in_time;
    }
    EXPECT_GE(in_time, 198) << "99 of 100";
    meditate(person);
    // A login session that ends while Redis is unavailable has ended nevertheless.
    auto leaving = log_in_again(person);
    ASSERT_TRUE(is(leaving.client.post("/api/v1/auth/logout"), 204));
    expect_status(program(), leaving.client.access_token(), 401);
    kill_process(program().redis_pid(), SIGCONT);
    expect_status(program(), leaving.client.access_token(), 401);
    expect_status(program(), person.client.access_token(), 200);
}

TEST_F(RedisOutage, FullServerForgetsNoLimits) {
    RawConnection connection(program().data() / "run/redis.sock");
    connection.send("CONFIG GET maxmemory-policy\r\n");
    EXPECT_THAT(connection.receive_until("maxmemory-policy\r\n"), testing::StartsWith("*2"));
    EXPECT_THAT(connection.receive_until("n\r\n"), testing::HasSubstr("noeviction"));
}

TEST_F(RedisOutage, WithDataLossKeepsLoginsAndRevocations) {
    auto person = register_person(program());
    auto logged_out = log_in_again(person);
    expect_status(program(), logged_out.client.access_token(), 200);
    ASSERT_TRUE(is(logged_out.client.post("/api/v1/auth/logout"), 204));
    for (int i = 0; i < 3; ++i) {
        flush_redis(program());
        expect_status(program(), logged_out.client.access_token(), 401);
        expect_status(program(), person.client.access_token(), 200);
    }
    const auto refreshed = Client(program()).post("/api/v1/auth/refresh", {{"refreshToken", person.refresh_token}});
    EXPECT_TRUE(is(refreshed, 200));
    EXPECT_TRUE(is(Client(program()).post("/api/v1/auth/refresh", {{"refreshToken", logged_out.refresh_token}}), 401));
}

}  // namespace
}  // namespace mindspace::integration
