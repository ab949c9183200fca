// The gateway between clients and the roles in other processes: what it does when these are down, hang or misbehave.

#include "support/live/client.h"
#include "support/network/raw_connection.h"
#include "support/program/metrics.h"

#include <gmock/gmock.h>

#include <csignal>
#include <thread>

namespace mindspace::integration {
namespace {

SplitPlan two_user_nodes() {
    return {.nodes = {"auth", "user", "user", "meditation", "analytics"}};
}

bool responds_with(Client& client, const char* path, long status) {
    return eventually([&] { return client.get(path).status == status; });
}

std::string upstream_check(const Program& program, const char* role) {
    return Client(program).get("/readyz").text(std::string("/checks/upstream.") + role);
}

TEST(GatewayFault, OfADeadRoleGives503WithinASecondUntilItReturns) {
    Program program({}, SplitPlan{});
    auto person = register_person(program);
    ASSERT_TRUE(is(person.client.get(kMe), 200));
    EXPECT_EQ(upstream_check(program, "user"), "ok");
    auto& user = program.split().node("user");
    user.kill();
    for (int i = 0; i < 10; ++i) {
        const auto began = std::chrono::steady_clock::now();
        const auto response = person.client.get(kMe);
        EXPECT_LT(std::chrono::steady_clock::now() - began, scaled(1s));
        EXPECT_TRUE(is_problem(response, 503, "unavailable"));
        EXPECT_TRUE(response.header("retry-after"));
    }
    EXPECT_TRUE(is(person.client.get(kSessions), 200)) << "the other roles continue";
    EXPECT_TRUE(eventually([&] { return upstream_check(program, "user") == "failing"; }));
    EXPECT_EQ(upstream_check(program, "meditation"), "ok");
    EXPECT_TRUE(is(Client(program).get("/readyz"), 200)) << "the gateway itself stays in service";
    user.start();
    EXPECT_TRUE(responds_with(person.client, kMe, 200));
    EXPECT_TRUE(eventually([&] { return upstream_check(program, "user") == "ok"; }));
}

TEST(GatewayFault, OfAHangingRoleEndsRequestsAtTheDeadline) {
    Program program({{"MINDSPACE_UPSTREAM_TIMEOUT_MS", "1500"}}, SplitPlan{});
    auto person = register_person(program);
    ASSERT_TRUE(is(person.client.get(kMe), 200));
    auto& user = program.split().node("user");
    user.send(SIGSTOP);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(is_problem(person.client.get(kMe), 504, "deadline_exceeded"));
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_GE(took, 1500ms);
    EXPECT_LT(took, scaled(3s));
    EXPECT_TRUE(is(person.client.get(kSessions), 200)) << "the other roles continue";
    // Its health checks fail as well; from then on no request waits for it.
    EXPECT_TRUE(responds_with(person.client, kMe, 503));
    user.send(SIGCONT);
    EXPECT_TRUE(responds_with(person.client, kMe, 200));
}

TEST(GatewayFault, OfOneNodeOfTwoIsInvisibleToClients) {
    Program program({}, two_user_nodes());
    auto person = register_person(program);
    std::atomic<bool> stopping = false;
    std::atomic<int> good = 0;
    std::atomic<int> bad = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            Client client(program, person.client.access_token());
            while (!stopping) ++(client.get(kMe).status == 200 ? good : bad);
        });
    auto& second = program.split().node("user", 1);
    for (int round = 0; round < 2; ++round) {
        auto before = good.load();
        EXPECT_TRUE(eventually([&] { return good > before + 100; }));
        second.kill();
        before = good.load();
        EXPECT_TRUE(eventually([&] { return good > before + 200; }));
        EXPECT_TRUE(eventually([&] { return upstream_check(program, "user") == "degraded"; }));
        second.start();
        EXPECT_TRUE(eventually([&] { return upstream_check(program, "user") == "ok"; }));
    }
    stopping = true;
    threads.clear();
    EXPECT_EQ(bad, 0) << "of " << good;
    EXPECT_GT(
        metric(program.management_port(), "mindspace_upstream_requests_total{outcome=\"answered\",upstream=\"user\"}"),
        0);
}

TEST(GatewayFault, OfARestartingRoleLosesNoWrite) {
    Program program({}, SplitPlan{});
    auto person = register_person(program);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(is(person.client.patch(kMe, {{"displayName", "Ada " + std::to_string(i)}}), 200));
        auto& user = program.split().node("user");
        user.send(SIGTERM);
        EXPECT_EQ(user.wait_for_end(), 0);
        user.start();
        EXPECT_TRUE(eventually([&] { return upstream_check(program, "user") == "ok"; }));
    }
    EXPECT_TRUE(is(person.client.patch(kMe, {{"displayName", "Grace"}}), 200));
    EXPECT_EQ(person.client.get(kMe).text("/displayName"), "Grace");
}

TEST(GatewayMixture, CallsSomeRolesByFunctionAndOthersByHttp) {
    Program program({}, SplitPlan{.front = "gateway,user", .nodes = {"auth", "meditation", "analytics"}});
    auto person = register_person(program);
    EXPECT_TRUE(is(person.client.get(kMe), 200));
    meditate(person);
    EXPECT_TRUE(has_counted(person, 1));
    EXPECT_LT(
        metric(program.management_port(), "mindspace_upstream_requests_total{outcome=\"answered\",upstream=\"user\"}"),
        0);
    EXPECT_GT(metric(program.management_port(),
                     "mindspace_upstream_requests_total{outcome=\"answered\",upstream=\"meditation\"}"),
              0);
    const auto document = Client(program).get("/openapi.json");
    EXPECT_TRUE(document.at("/paths").as_object().contains("/api/v1/groups"));
}

TEST(GatewayGuard, RejectsInvalidTokens) {
    Program program({}, SplitPlan{.nodes = {"auth"}});
    Client unauthenticated(program, "not.a.token");
    EXPECT_TRUE(is(unauthenticated.get(kMe), 401)) << "even without a user role";
    EXPECT_TRUE(is(Client(program).get(kMe), 401));
    auto person = register_person(program);
    EXPECT_TRUE(is_problem(person.client.get(kMe), 503, "unavailable"));
    EXPECT_TRUE(is(person.client.send({.method = "PUT", .path = kMe}), 405));
}

TEST(GatewaySockets, ForwardFramesAndRefusals) {
    Program program({}, SplitPlan{});
    auto host = register_person(program);
    const auto group = create_group(host);
    EXPECT_EQ(LiveClient(program, group_path(group, "/live")).status(), 401);
    EXPECT_EQ(LiveClient(program, group_path(group, "/live"), {{"Origin", "https://evil.example"}}).status(), 403);
    auto joined = join(host, group);
    EXPECT_EQ(metric(program.management_port(), "mindspace_websockets "), 1);
    // The role stops: its sockets get its own drain message.
    program.split().node("meditation").send(SIGTERM);
    EXPECT_GE(number_of(joined.socket.next("drain"), "reconnectInMs"), 0);
    EXPECT_EQ(joined.socket.close_code(), 1012);
    EXPECT_TRUE(eventually([&] { return metric(program.management_port(), "mindspace_websockets ") == 0; }));
    EXPECT_EQ(program.split().node("meditation").wait_for_end(), 0);
}

TEST(GatewaySockets, EndWhenTheirRoleIsKilled) {
    Program program({}, SplitPlan{});
    auto host = register_person(program);
    auto joined = join(host, create_group(host));
    program.split().node("meditation").kill();
    EXPECT_ANY_THROW(joined.socket.next("none"));
    joined.socket.disconnect();
    EXPECT_TRUE(eventually([&] { return metric(program.management_port(), "mindspace_websockets ") == 0; }));
}

TEST(GatewaySockets, AreDrainedByAStoppingGateway) {
    Program program({}, SplitPlan{});
    auto host = register_person(program);
    auto joined = join(host, create_group(host));
    program.send(SIGTERM);
    EXPECT_GE(number_of(joined.socket.next("drain"), "reconnectInMs"), 0);
    EXPECT_EQ(joined.socket.close_code(), 1012);
    EXPECT_EQ(program.wait_for_end(), 0);
}

}  // namespace
}  // namespace mindspace::integration
