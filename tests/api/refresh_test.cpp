// Refresh tokens: rotation, lost responses, reuse, logout.

#include "support/program/person.h"

#include <mutex>
#include <set>
#include <thread>

namespace mindspace::integration {
namespace {

TEST(Refresh, RotatesTheTokenWithinTheLoginSession) {
    const auto person = register_person();
    const auto response = refresh(person.refresh_token);
    ASSERT_TRUE(is(response, 200));
    EXPECT_NE(response.text("/tokens/refreshToken"), person.refresh_token);
    EXPECT_EQ(response.text("/tokens/sessionId"), person.auth_session);
    EXPECT_EQ(response.at("/tokens/expiresIn"), 900);
    Client client(Program::shared(), response.text("/tokens/accessToken"));
    EXPECT_TRUE(is(client.get("/api/v1/users/me"), 200));
}

TEST(Refresh, ReturnsTheSameSuccessorAfterALostResponse) {
    const auto person = register_person();
    const auto first = refresh(person.refresh_token).text("/tokens/refreshToken");
    const auto second = refresh(person.refresh_token);
    ASSERT_TRUE(is(second, 200));
    EXPECT_EQ(second.text("/tokens/refreshToken"), first);
    EXPECT_TRUE(is(refresh(first), 200)) << "the successor can be used";
}

TEST(Refresh, ReturnsOneSuccessorToConcurrentRequests) {
    const auto person = register_person();
    std::mutex mutex;
    std::multiset<std::string> successors;
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 6; ++i)
            clients.emplace_back([&] {
                const auto response = refresh(person.refresh_token);
                const std::scoped_lock lock(mutex);
                successors.insert(response.status == 200 ? response.text("/tokens/refreshToken") : response.body);
            });
    }
    EXPECT_EQ(successors.count(*successors.begin()), 6U) << *successors.begin() << "\n" << *successors.rbegin();
}

TEST(Refresh, WithAReusedTokenEndsOnlyThatLoginSession) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    const auto second = refresh(person.refresh_token).text("/tokens/refreshToken");
    const auto third = refresh(second).text("/tokens/refreshToken");

    EXPECT_TRUE(is_problem(refresh(person.refresh_token), 401, "refresh_reused"));

    EXPECT_TRUE(is(refresh(third), 401));
    EXPECT_TRUE(is(refresh(second), 401));
    EXPECT_FALSE(is_alive(person));
    EXPECT_TRUE(is_alive(elsewhere));
    EXPECT_TRUE(is(refresh(elsewhere.refresh_token), 200));
}

TEST(Refresh, RejectsTokensItNeverIssued) {
    auto person = register_person();
    auto damaged = person.refresh_token;
    damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
    for (const auto& token : {std::string("msr_nonsense"), std::string("x"), damaged, person.refresh_token + "A"})
        EXPECT_TRUE(is_problem(refresh(token), 401, "invalid_refresh_token")) << token;
    EXPECT_TRUE(is_alive(person)) << "a forged token must not end a login session";
}

TEST(Logout, InvalidatesTheTokensOfThisLoginSessionImmediately) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    ASSERT_TRUE(is_alive(person));
    const auto response = person.client.post("/api/v1/auth/logout");
    EXPECT_TRUE(is(response, 204));
    EXPECT_EQ(response.body, "");
    // More than once, on new connections, to reach every core.
    for (int i = 0; i < 8; ++i) {
        Client client(Program::shared(), person.client.access_token());
        EXPECT_TRUE(is_problem(client.get("/api/v1/users/me"), 401, "token_revoked"));
    }
    EXPECT_TRUE(is(refresh(person.refresh_token), 401));
    EXPECT_TRUE(is_alive(elsewhere));
}

TEST(Logout, RequiresAToken) {
    const auto response = Client(Program::shared()).post("/api/v1/auth/logout");
    EXPECT_TRUE(is_problem(response, 401, "credentials_missing"));
    EXPECT_EQ(response.header("www-authenticate"), "Bearer");
}

}  // namespace
}  // namespace mindspace::integration
