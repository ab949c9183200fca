// Refresh tokens: rotation, lost answers, reuse, logout.

#include "support/program/person.h"

#include <mutex>
#include <set>
#include <thread>

namespace mindspace::integration {
namespace {

TEST(Refresh, RotatesTheTokenWithinTheLoginSession) {
    const auto person = register_person();
    const auto answer = refresh(person.refresh_token);
    ASSERT_TRUE(is(answer, 200));
    EXPECT_NE(answer.text("/tokens/refreshToken"), person.refresh_token);
    EXPECT_EQ(answer.text("/tokens/sessionId"), person.auth_session);
    EXPECT_EQ(answer.at("/tokens/expiresIn"), 900);
    Client client(Program::shared(), answer.text("/tokens/accessToken"));
    EXPECT_TRUE(is(client.get("/api/v1/users/me"), 200));
}

TEST(Refresh, GivesTheSameSuccessorToWhoeverLostTheAnswer) {
    const auto person = register_person();
    const auto first = refresh(person.refresh_token).text("/tokens/refreshToken");
    const auto second = refresh(person.refresh_token);
    ASSERT_TRUE(is(second, 200));
    EXPECT_EQ(second.text("/tokens/refreshToken"), first);
    EXPECT_TRUE(is(refresh(first), 200)) << "and that successor can be used";
}

TEST(Refresh, GivesOneSuccessorToRequestsAtTheSameTime) {
    const auto person = register_person();
    std::mutex mutex;
    std::multiset<std::string> successors;
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 6; ++i)
            clients.emplace_back([&] {
                const auto answer = refresh(person.refresh_token);
                const std::scoped_lock lock(mutex);
                successors.insert(answer.status == 200 ? answer.text("/tokens/refreshToken") : answer.body);
            });
    }
    EXPECT_EQ(successors.count(*successors.begin()), 6U) << *successors.begin() << "\n" << *successors.rbegin();
}

TEST(Refresh, OfATokenWhoseSuccessorWasUsedEndsThisLoginSessionOnly) {
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

TEST(Refresh, RefusesWhatItNeverIssued) {
    auto person = register_person();
    auto damaged = person.refresh_token;
    damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
    for (const auto& token : {std::string("msr_nonsense"), std::string("x"), damaged, person.refresh_token + "A"})
        EXPECT_TRUE(is_problem(refresh(token), 401, "invalid_refresh_token")) << token;
    EXPECT_TRUE(is_alive(person)) << "a forged token must not end anybody's login";
}

TEST(Logout, KillsTheTokensOfThisLoginSessionAtOnce) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    ASSERT_TRUE(is_alive(person));
    const auto answer = person.client.post("/api/v1/auth/logout");
    EXPECT_TRUE(is(answer, 204));
    EXPECT_EQ(answer.body, "");
    // More than once, on new connections: every core has to know.
    for (int i = 0; i < 8; ++i) {
        Client client(Program::shared(), person.client.access_token());
        EXPECT_TRUE(is_problem(client.get("/api/v1/users/me"), 401, "token_revoked"));
    }
    EXPECT_TRUE(is(refresh(person.refresh_token), 401));
    EXPECT_TRUE(is_alive(elsewhere));
}

TEST(Logout, NeedsAToken) {
    const auto answer = Client(Program::shared()).post("/api/v1/auth/logout");
    EXPECT_TRUE(is_problem(answer, 401, "credentials_missing"));
    EXPECT_EQ(answer.header("www-authenticate"), "Bearer");
}

}  // namespace
}  // namespace mindspace::integration
