// Gateways and the roles of other processes accept each other only with a shared secret.

#include "support/live/client.h"
#include "support/network/raw_connection.h"
#include "support/program/metrics.h"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <sstream>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kOld(32, 'o');
const std::string kNew(32, 'n');

// The response to a request that does not come from a gateway.
std::string send_to(const Node& role, const std::string& line, const std::string& fields = {}) {
    RawConnection connection(role.port());
    connection.send(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields + "\r\n");
    return connection.receive_all();
}

std::ptrdiff_t lines_with(const std::string& text, const std::string& part) {
    std::istringstream lines(text);
    std::ptrdiff_t count = 0;
    for (std::string line; std::getline(lines, line);) count += line.contains(part) ? 1 : 0;
    return count;
}

testing::Matcher<std::string> is_refusal() {
    return testing::AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("Content-Type: application/problem+json"),
                          HasSubstr("\"not_from_gateway\""), Not(HasSubstr("Mindspace-Signature")));
}

TEST(GatewayTrust, RolesRejectUnsignedRequests) {
    Program program({}, SplitPlan{});
    auto person = register_person(program);
    const auto bearer = "Authorization: Bearer " + person.client.access_token() + "\r\n";
    const auto& user = program.split().node("user");
    EXPECT_THAT(send_to(user, "GET /api/v1/users/me", bearer), is_refusal());
    EXPECT_THAT(send_to(user, "GET /api/v1/users/me", bearer + "X-Forwarded-For: 203.0.113.7\r\n"), is_refusal());
    EXPECT_THAT(send_to(user, "GET /api/v1/users/me", bearer + "Mindspace-Signature: 1.a.AAAA\r\n"), is_refusal());
    EXPECT_THAT(send_to(user, "GET /nothing"), is_refusal()) << "it does not reveal which paths exist";
    EXPECT_EQ(metric(user.management_port(), "mindspace_http_not_from_gateway_total"), 4);
    for (int i = 0; i < 20; ++i) EXPECT_THAT(send_to(user, "GET /nothing"), is_refusal());
    constexpr std::ptrdiff_t kMostLines = 4;  // two cores, twice if the test takes longer than ten seconds
    EXPECT_TRUE(eventually([&] { return lines_with(user.log(), "\"not_from_gateway\"") > 0; }));
    EXPECT_LE(lines_with(user.log(), "\"not_from_gateway\""), kMostLines) << "an attacker cannot fill the log";
    for (const auto* health : {"GET /livez", "GET /readyz"})
        EXPECT_THAT(send_to(user, health), StartsWith("HTTP/1.1 200 ")) << health;
    EXPECT_TRUE(is(person.client.get(kMe), 200));

    const auto group = create_group(person);
    EXPECT_THAT(send_to(program.split().node("meditation"), "GET " + group_path(group, "/live"),
                        bearer + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
                is_refusal());
    EXPECT_THAT(send_to(program.split().node("auth"), "GET /.well-known/jwks.json"), is_refusal());
}

TEST(GatewayTrust, RolesDoNotReadLargeBodiesOfUnsignedRequests) {
    Program program({}, SplitPlan{});
    RawConnection connection(program.split().node("meditation").port());
    connection.send(
        "POST /api/v1/sessions/import HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000000\r\n\r\n");
    EXPECT_THAT(connection.receive_all(), StartsWith("HTTP/1.1 413 ")) << "before it has arrived";
}

TEST(GatewayTrust, RolesTakeTheClientsAddressFromTheGateway) {
    Program program({}, SplitPlan{});
    auto person = register_person(program);
    const json::object login{{"email", person.email}, {"password", kPassword}};
    ASSERT_TRUE(is(Client(program).post(kLogin, login, {{"X-Forwarded-For", "203.0.113.9"}}), 200));
    EXPECT_THAT(person.client.get("/api/v1/auth/sessions").body, HasSubstr("\"ip\":\"203.0.113.9\""));
}

TEST(GatewayTrust, GatewaysRejectARoleWithAnotherSecret) {
    Program other({}, SplitPlan{.nodes = {"user"}});
    auto& foreign = other.split().node("user");
    const auto secret = foreign.settings().at("MINDSPACE_GATEWAY_SECRET_FILE");
    std::ofstream(secret) << kNew << '\n';
    foreign.send(SIGTERM);
    EXPECT_EQ(foreign.wait_for_end(), 0);
    foreign.start();

    Program program({{"MINDSPACE_UPSTREAM_USER", "http://127.0.0.1:" + std::to_string(foreign.port())}},
                    SplitPlan{.nodes = {"auth", "meditation", "analytics"}});
    auto person = register_person(program);
    EXPECT_TRUE(is_problem(person.client.get(kMe), 502, "bad_gateway"));
    EXPECT_TRUE(is(person.client.get(kSessions), 200)) << "the other roles continue";
    EXPECT_GT(
        metric(program.management_port(), "mindspace_upstream_requests_total{outcome=\"untrusted\",upstream=\"user\"}"),
        0);
    EXPECT_THAT(foreign.log(), HasSubstr("\"wrong\""));
}

// As operators do it: both secrets are accepted before the new one signs, and until no process signs with the old one.
TEST(GatewayTrust, AllowsReplacingTheSecretOneProcessAtATime) {
    Program program({}, SplitPlan{});
    const auto token = register_person(program).client.access_token();
    auto& split = program.split();
    const auto file = split.front().settings().at("MINDSPACE_GATEWAY_SECRET_FILE");
    std::string first = read_whole_file(file);
    first.pop_back();
    for (const auto& secrets : {first + "\n" + kNew, kNew + "\n" + first, kNew}) {
        std::ofstream(file) << secrets << '\n';
        for (auto* node : {&split.node("user"), &split.front()}) {
            node->send(SIGTERM);
            EXPECT_EQ(node->wait_for_end(), 0);
            node->start();
            EXPECT_TRUE(eventually([&] { return Client(program, token).get(kMe).status == 200; })) << secrets;
        }
    }
    EXPECT_THAT(split.node("user").log(), Not(HasSubstr("not_from_gateway")));
}

TEST(GatewayTrust, NeedsNoSettingOnLoopback) {
    Program program({{"MINDSPACE_GATEWAY_SECRET_FILE", ""}}, SplitPlan{});
    auto person = register_person(program);
    EXPECT_TRUE(is(person.client.get(kMe), 200));
    EXPECT_THAT(send_to(program.split().node("user"), "GET /api/v1/users/me"), is_refusal());
}

}  // namespace
}  // namespace mindspace::integration
