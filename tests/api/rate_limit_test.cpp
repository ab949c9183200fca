// Rate limits. The program of this suite has low limits, and clients come through a trusted proxy.

#include "support/program/metrics.h"
#include "support/program/person.h"
#include "support/program/suite_program.h"

namespace mindspace::integration {
namespace {

class RateLimit : public testing::Test {
public:
    static void SetUpTestSuite() {
        program_ = std::make_unique<Program>(Environment{{"MINDSPACE_RATE_LIMIT_SCALE", "1"},
                                                         {"MINDSPACE_RATE_LIMIT_AUTH", "5"},
                                                         {"MINDSPACE_RATE_LIMIT_READ", "20"},
                                                         {"MINDSPACE_RATE_LIMIT_WRITE", "10"}});
    }
    static void TearDownTestSuite() { program_.reset(); }

protected:
    static Headers from(std::string address) { return {{"X-Forwarded-For", std::move(address)}}; }
    static Response register_from(const std::string& address) {
        Client client(*program_);
        return client.post("/api/v1/auth/register",
                           {{"email", new_email()}, {"password", kPassword}, {"displayName", "Ada"}}, from(address));
    }
    static Client user_at(const std::string& address) {
        return Client(*program_, register_from(address).text("/tokens/accessToken"));
    }

    static inline std::unique_ptr<Program> program_;
};

TEST_F(RateLimit, ReportsTheRemainingQuota) {
    auto client = user_at("198.51.100.1");
    auto response = client.get("/api/v1/users/me", from("198.51.100.1"));
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.header("ratelimit-policy"), "\"read\";q=20;w=60");
    EXPECT_EQ(response.header("ratelimit"), "\"read\";r=19;t=3");
    EXPECT_EQ(client.get("/livez").header("ratelimit"), std::nullopt);
}

TEST_F(RateLimit, RefusesAUserWhoCallsTooOften) {
    auto client = user_at("198.51.100.2");
    auto busy = user_at("198.51.100.2");
    Response response;
    for (int i = 0; i < 30; ++i) response = busy.get("/api/v1/users/me");
    EXPECT_TRUE(is_problem(response, 429, "rate_limited"));
    EXPECT_GE(metric(program_->management_port(), R"(mindspace_http_rate_limited_total{policy="read"})"), 1);
    EXPECT_EQ(response.header("ratelimit"), "\"read\";r=0;t=60");
    EXPECT_GE(std::stoi(response.header("retry-after").value_or("0")), 1);
    EXPECT_TRUE(is(client.get("/api/v1/users/me"), 200)) << "another user on the same network";
    EXPECT_TRUE(is(busy.post("/api/v1/sessions", {{"kind", "sleep"}, {"plannedSeconds", 600}}), 201))
        << "another class";
}

TEST_F(RateLimit, CountsAnonymousCallsByNetwork) {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(is(register_from("2001:db8:1:1::" + std::to_string(i + 1)), 201));
    EXPECT_TRUE(is_problem(register_from("2001:db8:1:1:ffff::"), 429, "rate_limited")) << "the same /64";
    EXPECT_TRUE(is(register_from("2001:db8:1:2::1"), 201)) << "the next one";
}

TEST_F(RateLimit, CountsInvalidTokensByNetworkToo) {
    Client client(*program_, "no.such.token");
    Response response;
    for (int i = 0; i < 20; ++i) response = client.get("/api/v1/users/me", from("198.51.100.3"));
    EXPECT_TRUE(is_problem(response, 401, "invalid_token"));
    for (int i = 0; i < 10; ++i) response = client.get("/api/v1/users/me", from("198.51.100.3"));
    EXPECT_TRUE(is_problem(response, 429, "rate_limited"));
    EXPECT_TRUE(is(client.get("/api/v1/users/me", from("198.51.100.4")), 401));
}

}  // namespace
}  // namespace mindspace::integration
