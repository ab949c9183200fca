// One client makes the program send mails to another person's address.

#include "abuse/honest_reader.h"
#include "support/postgres/database.h"
#include "support/program/mailbox.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace mindspace::integration {
namespace {

class AbuseMails : public testing::Test {
public:
    static void SetUpTestSuite() {
        program_ = std::make_unique<Program>(Environment{{"MINDSPACE_RATE_LIMIT_SCALE", "1"},
                                                         {"MINDSPACE_RATE_LIMIT_READ", "100000"},
                                                         {"MINDSPACE_AUTH_ARGON2_MEMORY_KIB", "8"},
                                                         {"MINDSPACE_AUTH_ARGON2_PASSES", "1"}});
    }
    static void TearDownTestSuite() { program_.reset(); }

protected:
    static constexpr const char* kResend = "/api/v1/auth/email/resend";
    static constexpr const char* kForgot = "/api/v1/auth/password/forgot";

    static std::string mails_to(const std::string& email) {
        return query(*program_, "SELECT count(*) FROM mails WHERE recipient = '" + email + "'").at(0).at(0);
    }
    static Response register_as(const std::string& email) {
        return Client(*program_).post("/api/v1/auth/register",
                                      {{"email", email}, {"password", kPassword}, {"displayName", "Ada"}});
    }
    // Moves all counted mails that far into the past.
    static void skip_time(const std::string& interval) {
        query(*program_, "UPDATE mail_counts SET counted_at = (SELECT array_agg(t - interval '" + interval +
                             "' ORDER BY t DESC) FROM unnest(counted_at) AS t)");
    }

    static inline std::unique_ptr<Program> program_;
};

TEST_F(AbuseMails, OfOneAccountAreLimitedPerMinuteHourAndDay) {
    const auto email = new_email();
    Client client(*program_, register_as(email).text("/tokens/accessToken"));
    const auto refused = client.post(kResend);
    EXPECT_TRUE(is_problem(refused, 429, "rate_limited"));
    EXPECT_EQ(refused.header("retry-after"), "60");
    int sent = 1;
    for (int minute = 0; minute < 8; ++minute) {
        skip_time("1 minute");
        if (client.post(kResend).status == 202) ++sent;
    }
    EXPECT_EQ(sent, 5);
    for (int hour = 0; hour < 8; ++hour) {
        skip_time("1 hour");
        if (client.post(kResend).status == 202) ++sent;
    }
    EXPECT_EQ(sent, 10);
    EXPECT_EQ(mails_to(email), "10");
    skip_time("1 day");
    EXPECT_TRUE(is(client.post(kResend), 202));
}

TEST_F(AbuseMails, StayCountedWhenTheAccountIsDeletedAndRecreated) {
    const auto email = new_email();
    auto reader = register_person(*program_);
    const auto quiet = observe_quiet(reader);
    query(*program_, "DELETE FROM mail_counts");
    const auto began = std::chrono::steady_clock::now();
    const auto during = observe(reader, [&] {
        for (int i = 0; i < 5; ++i) {
            Client client(*program_, register_as(email).text("/tokens/accessToken"));
            const auto deleted = client.send({.method = "DELETE",
                                              .path = "/api/v1/users/me",
                                              .body = R"({"password":")" + std::string(kPassword) + R"("})"});
            EXPECT_TRUE(is(deleted, 204));
        }
    });
    const auto minutes = std::chrono::floor<std::chrono::minutes>(std::chrono::steady_clock::now() - began).count();
    const auto mails = query(*program_, "SELECT cardinality(counted_at) FROM mail_counts").at(0).at(0);
    expect_unharmed("register, delete, register", fmt::format("5 accounts, {} mails", mails), quiet, during);
    EXPECT_LE(std::stoi(mails), 1 + minutes);
}

TEST_F(AbuseMails, ForResetsRequestedByOthersAreLimitedAndInvalidateNoLink) {
    const auto email = new_email();
    ASSERT_TRUE(is(register_as(email), 201));
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(is(Client(*program_).post(kForgot, {{"email", email}}), 202));
    const auto token = wait_for_mail(*program_, email, 2).token();
    skip_time("1 minute");
    ASSERT_TRUE(is(Client(*program_).post(kForgot, {{"email", email}}), 202));
    wait_for_mail(*program_, email, 3);
    EXPECT_TRUE(eventually([&] { return query(*program_, "SELECT 1 FROM reset_requests").empty(); }));
    EXPECT_EQ(mails_to(email), "3");
    EXPECT_TRUE(is(
        Client(*program_).post("/api/v1/auth/password/reset", {{"token", token}, {"newPassword", "quite another one"}}),
        204));
}

TEST_F(AbuseMails, StoreNoAddressInTheDatabase) {
    const auto email = new_email();
    ASSERT_TRUE(is(register_as(email), 201));
    EXPECT_EQ(query(*program_, "SELECT count(*) FROM mail_counts WHERE mail_counts::text LIKE '%" + email + "%' OR " +
                                   "address_hash = sha256('" + email + "'::bytea)")
                  .at(0)
                  .at(0),
              "0");
}

}  // namespace
}  // namespace mindspace::integration
