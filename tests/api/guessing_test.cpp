// Password guessing is limited without locking out the owner.

#include "support/program/metrics.h"
#include "support/program/person.h"

namespace mindspace::integration {
namespace {

constexpr const char* kHome = "198.51.100.7";

class PasswordGuessing : public testing::Test {
public:
    static void SetUpTestSuite() {
        program_ = std::make_unique<Program>(Environment{{"MINDSPACE_RATE_LIMIT_SCALE", "1"},
                                                         {"MINDSPACE_AUTH_ARGON2_MEMORY_KIB", "8"},
                                                         {"MINDSPACE_AUTH_ARGON2_PASSES", "1"}});
    }
    static void TearDownTestSuite() { program_.reset(); }

protected:
    static Response log_in(const std::string& email, std::string_view password, std::string address) {
        Client client(*program_);
        return client.post(kLogin, {{"email", email}, {"password", password}},
                           {{"X-Forwarded-For", std::move(address)}});
    }
    // Registered from the home network.
    static std::string new_user() {
        Client client(*program_);
        auto email = new_email();
        auto response =
            client.post("/api/v1/auth/register", {{"email", email}, {"password", kPassword}, {"displayName", "Ada"}},
                        {{"X-Forwarded-For", kHome}});
        EXPECT_TRUE(is(response, 201));
        return email;
    }

    static inline std::unique_ptr<Program> program_;
};

TEST_F(PasswordGuessing, IsRefusedAfterTenAttemptsFromANetwork) {
    auto email = new_user();
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(is(log_in(email, "wrong password", "203.0.113.1"), 401));
    auto refused = log_in(email, "wrong password", "203.0.113.1");
    EXPECT_TRUE(is_problem(refused, 429, "rate_limited"));
    EXPECT_GE(std::stoi(refused.header("retry-after").value_or("0")), 60);
    EXPECT_TRUE(is_problem(log_in(email, kPassword, "203.0.113.1"), 429, "rate_limited"))
        << "not even the correct password";
    EXPECT_TRUE(is(log_in(new_user(), kPassword, "203.0.113.1"), 200)) << "another account";
    EXPECT_TRUE(is(log_in(email, kPassword, kHome), 200)) << "the owner";
}

TEST_F(PasswordGuessing, FromManyNetworksDoesNotLockOutTheOwnersNetwork) {
    auto email = new_user();
    Response response;
    for (int i = 0; i < 60; ++i) response = log_in(email, "wrong password", "203.0.113." + std::to_string(10 + i));
    EXPECT_TRUE(is_problem(response, 429, "rate_limited"));
    EXPECT_TRUE(is_problem(log_in(email, kPassword, "192.0.2.55"), 429, "rate_limited")) << "an unknown network";
    EXPECT_TRUE(is(log_in(email, kPassword, kHome), 200));
}

TEST_F(PasswordGuessing, IsCountedByTheBudgetThatRefuses) {
    auto refused = [](const std::string& budget) {
        return metric(program_->management_port("auth"),
                      "mindspace_password_attempts_refused_total{budget=\"" + budget + "\"}");
    };
    const auto count_logins = [](const std::string& outcome) {
        return metric(program_->management_port("auth"), "mindspace_logins_total{outcome=\"" + outcome + "\"}");
    };
    const auto failed_logins = count_logins("failed");
    const auto refused_logins = count_logins("refused");
    const auto before = refused("account_and_network");
    const auto refused_before = refused("account");
    auto email = new_user();
    for (int i = 0; i < 12; ++i) log_in(email, "wrong password", "203.0.113.200");
    EXPECT_EQ(refused("account_and_network") - before, 2);
    EXPECT_EQ(count_logins("failed") - failed_logins, 10);
    EXPECT_EQ(count_logins("refused") - refused_logins, 2);
    for (int i = 0; i < 55; ++i) log_in(email, "wrong password", "203.0.112." + std::to_string(i));
    EXPECT_GE(refused("account") - refused_before, 10);
    EXPECT_EQ(refused("network_64"), 0);
}

TEST_F(PasswordGuessing, IsResetByTheCorrectPassword) {
    auto email = new_user();
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 9; ++i) EXPECT_TRUE(is(log_in(email, "wrong password", kHome), 401));
        EXPECT_TRUE(is(log_in(email, kPassword, kHome), 200));
    }
}

TEST_F(PasswordGuessing, IsLimitedForUnknownAddressesToo) {
    auto unknown = new_email();
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(is(log_in(unknown, "wrong password", "203.0.113.2"), 401));
    EXPECT_TRUE(is_problem(log_in(unknown, "wrong password", "203.0.113.2"), 429, "rate_limited"));
}

TEST_F(PasswordGuessing, OfTheCurrentPasswordIsLimitedToo) {
    auto email = new_user();
    Client client(*program_, log_in(email, kPassword, kHome).text("/tokens/accessToken"));
    const json::object wrong{{"currentPassword", "wrong password"}, {"newPassword", "another good one"}};
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(is_problem(client.post("/api/v1/auth/password/change", wrong), 403, "wrong_password"));
    EXPECT_TRUE(is_problem(client.post("/api/v1/auth/password/change", wrong), 429, "rate_limited"));
}

TEST_F(PasswordGuessing, WhoamiShowsTheAddressUsedForLimits) {
    Client client(*program_);
    EXPECT_EQ(client.get("/whoami", {{"X-Forwarded-For", "203.0.113.9"}}).text("/address"), "203.0.113.9");
    EXPECT_EQ(client.get("/whoami").text("/address"), "127.0.0.1");
}

}  // namespace
}  // namespace mindspace::integration
