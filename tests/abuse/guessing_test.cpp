// One attacker guesses passwords: of many accounts, from many addresses of one network, and with a stolen token.

#include "abuse/honest_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace mindspace::integration {
namespace {

class AbuseGuessing : public testing::Test {
public:
    static void SetUpTestSuite() {
        program_ = std::make_unique<Program>(Environment{{"MINDSPACE_RATE_LIMIT_SCALE", "1"},
                                                         {"MINDSPACE_RATE_LIMIT_AUTH", "100000"},
                                                         {"MINDSPACE_RATE_LIMIT_READ", "100000"},
                                                         {"MINDSPACE_AUTH_ARGON2_MEMORY_KIB", "8"},
                                                         {"MINDSPACE_AUTH_ARGON2_PASSES", "1"}});
    }
    static void TearDownTestSuite() { program_.reset(); }

protected:
    static Response log_in(const std::string& email, std::string_view password, std::string address) {
        return Client(*program_).post(kLogin, {{"email", email}, {"password", password}},
                                      {{"X-Forwarded-For", std::move(address)}});
    }
    static std::string register_at(const std::string& address) {
        const auto email = new_email();
        EXPECT_TRUE(is(Client(*program_).post("/api/v1/auth/register",
                                              {{"email", email}, {"password", kPassword}, {"displayName", "Ada"}},
                                              {{"X-Forwarded-For", address}}),
                       201));
        return email;
    }
    // How many wrong passwords are checked, each at another account, not counting those that the budget regains
    // meanwhile (all of it in a quarter of an hour). `address_of` returns the client address.
    template <class F>
    static int guesses_of(F address_of, int attempts, int budget) {
        const auto began = std::chrono::steady_clock::now();
        int checked = 0;
        for (int i = 0; i < attempts; ++i)
            if (log_in(new_email(), "a common one", address_of(i)).status == 401) ++checked;
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
        return checked - static_cast<int>(seconds.count() * budget / 900);
    }

    static inline std::unique_ptr<Program> program_;
};

TEST_F(AbuseGuessing, AtManyAccountsFromOneNetworkIsLimited) {
    const std::string office = "192.0.2.10";
    const auto colleague = register_at(office);
    auto reader = register_person(*program_);
    const auto quiet = observe_quiet(reader);
    int checked = 0;
    const auto during = observe(reader, [&] { checked = guesses_of([&](int) { return office; }, 130, 100); });
    expect_unharmed("one password at 130 accounts", fmt::format("{} attempts", checked), quiet, during);
    EXPECT_NEAR(checked, 100, 2);
    EXPECT_TRUE(is(log_in(colleague, kPassword, office), 200)) << "a user who has logged in from there before";
}

TEST_F(AbuseGuessing, FromManyNetworksOfOnePrefixIsLimited) {
    const int of_56 = guesses_of([](int i) { return fmt::format("2001:db8:1:{:x}::1", i % 256); }, 230, 200);
    EXPECT_NEAR(of_56, 200, 2);
    const int of_48 = guesses_of([](int i) { return fmt::format("2001:db8:2:{:x}::1", i * 64); }, 430, 400);
    EXPECT_NEAR(of_48, 400, 2);
    EXPECT_TRUE(is(log_in(new_email(), "a common one", "2001:db8:3::1"), 401)) << "another network";
}

TEST_F(AbuseGuessing, WithAStolenTokenIsLimitedToTenAttempts) {
    const auto email = register_at("192.0.2.20");
    const auto token = log_in(email, kPassword, "192.0.2.20").text("/tokens/accessToken");
    Client attacker(*program_, token);
    int checked = 0;
    for (int i = 0; i < 40; ++i) {
        const Headers from{{"X-Forwarded-For", fmt::format("203.0.113.{}", i)}};
        const auto response =
            i % 2 == 0 ? attacker.post("/api/v1/auth/password/change",
                                       {{"currentPassword", "a guess"}, {"newPassword", "another good one"}}, from)
                       : attacker.send({.method = "DELETE",
                                        .path = "/api/v1/users/me",
                                        .body = R"({"password":"a guess"})",
                                        .headers = from});
        if (response.status == 403) ++checked;
    }
    EXPECT_EQ(checked, 10);
    Client owner(*program_, log_in(email, kPassword, "192.0.2.20").text("/tokens/accessToken"));
    EXPECT_TRUE(is(owner.post("/api/v1/auth/password/change",
                              {{"currentPassword", kPassword}, {"newPassword", "another good one"}}),
                   204))
        << "from the owner's login session";
}

}  // namespace
}  // namespace mindspace::integration
