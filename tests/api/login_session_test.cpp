// Listing login sessions, and ending them remotely.

#include "support/postgres/database.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;

constexpr const char* kLogins = "/api/v1/auth/sessions";

std::vector<std::string> ids_of(const Response& response) {
    std::vector<std::string> ids;
    for (const auto& item : response.at("/items").as_array()) ids.push_back(text_of(item.as_object(), "id"));
    return ids;
}

TEST(LoginSessions, AreListedLastUsedFirst) {
    auto person = register_person();
    const auto second = log_in_again(person);
    const auto third = log_in_again(person);
    EXPECT_THAT(ids_of(person.client.get(kLogins)),
                ElementsAre(third.auth_session, second.auth_session, person.auth_session));
    ASSERT_TRUE(is(refresh(second.refresh_token), 200));
    EXPECT_THAT(ids_of(person.client.get(kLogins)),
                ElementsAre(second.auth_session, third.auth_session, person.auth_session));
}

TEST(LoginSessions, AcceptDeviceNamesOfAnyLength) {
    auto person = register_person();
    auto name_kept = [&](std::string name) {
        const json::object login{{"email", person.email}, {"password", kPassword}, {"deviceName", std::move(name)}};
        EXPECT_TRUE(is(Client(Program::shared()).post("/api/v1/auth/login", login), 200));
        return person.client.get(kLogins).at("/items/0/deviceName");
    };
    std::string longest;
    for (int i = 0; i < 64; ++i) longest += "ż";
    EXPECT_EQ(name_kept(longest + "ż"), json::value(longest));
    EXPECT_TRUE(name_kept("").is_null());
}

TEST(LoginSessions, ShowTheirOriginAndMarkTheCallers) {
    auto person = register_person();
    const json::object login{{"email", person.email}, {"password", kPassword}, {"deviceName", "Ada's phone"}};
    ASSERT_TRUE(is(Client(Program::shared()).post("/api/v1/auth/login", login, {{"User-Agent", "Zen/1.0"}}), 200));
    const auto response = person.client.get(kLogins);
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/items/0/deviceName"), "Ada's phone");
    EXPECT_EQ(response.at("/items/0/userAgent"), "Zen/1.0");
    EXPECT_EQ(response.at("/items/0/ip"), "127.0.0.1");
    EXPECT_EQ(response.at("/items/0/current"), false);
    EXPECT_EQ(response.at("/items/0/createdAt"), response.at("/items/0/lastUsedAt"));
    EXPECT_EQ(response.text("/items/1/id"), person.auth_session);
    EXPECT_EQ(response.at("/items/1/current"), true);
    EXPECT_TRUE(response.at("/items/1/deviceName").is_null());
    EXPECT_TRUE(response.at("/nextCursor").is_null());
}

TEST(LoginSessions, AcceptAnyBytesAsUserAgent) {
    auto person = register_person();
    const json::object login{{"email", person.email}, {"password", kPassword}};
    ASSERT_TRUE(is(Client(Program::shared()).post("/api/v1/auth/login", login, {{"User-Agent", "J\xF6rg\xFF"}}), 200));
    EXPECT_EQ(person.client.get(kLogins).text("/items/0/userAgent"), "J?rg?");
}

TEST(LoginSessions, ArePaged) {
    auto person = register_person();
    std::set<std::string> expected{person.auth_session};
    for (int i = 0; i < 4; ++i) expected.insert(log_in_again(person).auth_session);
    std::vector<std::string> listed;
    auto response = person.client.get(std::string(kLogins) + "?limit=2");
    auto cursor = response.text("/nextCursor");
    for (;;) {
        for (auto& id : ids_of(response)) listed.push_back(std::move(id));
        if (response.at("/nextCursor").is_null()) break;
        response = person.client.get(std::string(kLogins) + "?limit=2&cursor=" + response.text("/nextCursor"));
        ASSERT_TRUE(is(response, 200));
    }
    EXPECT_EQ(listed.size(), 5U);
    EXPECT_EQ(std::set(listed.begin(), listed.end()), expected);

    auto other = register_person();
    for (const auto& wrong : {cursor, cursor + "A", std::string("x")})
        EXPECT_TRUE(is_problem((wrong == cursor ? other : person).client.get(std::string(kLogins) + "?cursor=" + wrong),
                               400, "invalid_cursor"));
}

TEST(LoginSessions, AreNotListedAfterTheirEnd) {
    auto person = register_person();
    auto second = log_in_again(person);
    const auto third = log_in_again(person);
    ASSERT_TRUE(is(second.client.post("/api/v1/auth/logout"), 204));
    query(Program::shared(),
          "UPDATE auth_sessions SET expires_at = now() WHERE auth_session_id = '" + third.auth_session + "'");
    EXPECT_THAT(ids_of(person.client.get(kLogins)), ElementsAre(person.auth_session));
}

TEST(LoginSessions, CanBeEndedByTheirOwner) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    ASSERT_TRUE(is_alive(elsewhere));
    const auto path = std::string(kLogins) + "/" + elsewhere.auth_session;
    EXPECT_TRUE(is(person.client.del(path), 204));
    for (int i = 0; i < 4; ++i) {
        Client client(Program::shared(), elsewhere.client.access_token());
        EXPECT_TRUE(is_problem(client.get("/api/v1/users/me"), 401, "token_revoked"));
    }
    EXPECT_TRUE(is(refresh(elsewhere.refresh_token), 401));
    EXPECT_TRUE(is_alive(person));
    EXPECT_TRUE(is_problem(person.client.del(path), 404, "not_found")) << "it has ended";
    EXPECT_TRUE(is(person.client.del(std::string(kLogins) + "/" + person.auth_session), 204)) << "the caller's own";
    EXPECT_FALSE(is_alive(person));
}

TEST(LoginSessions, OneTooManyEndsTheLeastRecentlyUsed) {
    const Program program({{"MINDSPACE_AUTH_MAX_LOGIN_SESSIONS", "3"}});
    auto first = register_person(program);
    auto login = [&] {
        const json::object body{{"email", first.email}, {"password", kPassword}};
        return Client(program).post(kLogin, body);
    };
    auto token_of = [](const Response& response) { return response.text("/tokens/accessToken"); };
    auto is_accepted = [&](const std::string& token) { return Client(program, token).get(kMe).status == 200; };
    const auto second = login();
    const auto third = login();
    const json::object token{{"refreshToken", first.refresh_token}};
    ASSERT_TRUE(is(Client(program).post("/api/v1/auth/refresh", token), 200)) << "the first is used most recently";
    ASSERT_TRUE(is_accepted(token_of(second)));
    const auto fourth = login();
    ASSERT_TRUE(is(fourth, 200));
    EXPECT_THAT(ids_of(first.client.get(kLogins)),
                ElementsAre(fourth.text("/tokens/sessionId"), first.auth_session, third.text("/tokens/sessionId")));
    for (int i = 0; i < 8; ++i) EXPECT_FALSE(is_accepted(token_of(second))) << "on every core";

    std::vector<Response> responses(6);
    {
        std::vector<std::jthread> clients;
        for (auto& response : responses) clients.emplace_back([&] { response = login(); });
    }
    for (const auto& response : responses) EXPECT_TRUE(is(response, 200));
    EXPECT_EQ(query(program, "SELECT count(*)::text FROM auth_sessions WHERE revoked_at IS NULL AND user_id = '" +
                                 first.id + "'"),
              (std::vector<TextRow>{{"3"}}))
        << "in any order";
}

TEST(LoginSessions, EndWithTheirLifetimeDespiteRefreshes) {
    const auto person = register_person();
    auto age = [&](const std::string& days) {
        query(Program::shared(), "UPDATE auth_sessions SET created_at = now() - interval '" + days +
                                     "' WHERE auth_session_id = '" + person.auth_session + "'");
    };
    age("179 days 23 hours 50 minutes");
    const auto last = refresh(person.refresh_token);
    ASSERT_TRUE(is(last, 200));
    EXPECT_LE(last.at("/tokens/refreshExpiresIn").as_int64(), 600);
    EXPECT_LE(last.at("/tokens/expiresIn").as_int64(), 600) << "no access token outlives its login session";
    age("180 days");
    EXPECT_TRUE(is_problem(refresh(last.text("/tokens/refreshToken")), 401, "invalid_refresh_token"));
}

TEST(LoginSessions, OfOtherUsersAreNotFound) {
    auto person = register_person();
    auto other = register_person();
    for (const auto& id : {other.auth_session, new_id()})
        EXPECT_TRUE(is_problem(person.client.del(std::string(kLogins) + "/" + id), 404, "not_found"));
    EXPECT_TRUE(is_alive(other));
}

TEST(LogoutAll, EndsEveryLoginSessionOfTheUser) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    auto other = register_person();
    ASSERT_TRUE(is_alive(elsewhere));
    EXPECT_TRUE(is(person.client.post("/api/v1/auth/logout-all"), 204));
    for (auto* one : {&person, &elsewhere}) {
        EXPECT_FALSE(is_alive(*one));
        EXPECT_TRUE(is(refresh(one->refresh_token), 401));
    }
    EXPECT_TRUE(is_alive(other));
    auto again = log_in_again(person);
    EXPECT_TRUE(is_alive(again)) << "a new login is not affected";
}

TEST(Audit, RecordsLoginEvents) {
    auto person = register_person();
    auto second = log_in_again(person);
    auto third = log_in_again(person);
    const json::object wrong{{"email", person.email}, {"password", "not the one"}};
    ASSERT_TRUE(is(Client(Program::shared()).post("/api/v1/auth/login", wrong), 401));
    ASSERT_TRUE(eventually([&] { return audit_of(Program::shared(), person.id).size() == 4; }));
    ASSERT_TRUE(is(second.client.post("/api/v1/auth/logout"), 204));
    ASSERT_TRUE(is(person.client.del(std::string(kLogins) + "/" + third.auth_session), 204));
    ASSERT_TRUE(is(person.client.post("/api/v1/auth/logout-all"), 204));
    EXPECT_THAT(audit_of(Program::shared(), person.id),
                ElementsAre("registered", "login", "login", "login_failed", "logout", "session_revoked", "logout_all"));
    const auto row =
        query(Program::shared(), "SELECT auth_session_id, ip, detail->>'by' FROM audit_log WHERE user_id = '" +
                                     person.id + "' AND action = 'session_revoked'");
    ASSERT_EQ(row.size(), 1U);
    EXPECT_THAT(row[0], ElementsAre(third.auth_session, "127.0.0.1", person.auth_session));
}

TEST(Audit, RecordsReuseOfARefreshToken) {
    const auto person = register_person();
    const auto second = refresh(person.refresh_token).text("/tokens/refreshToken");
    ASSERT_TRUE(is(refresh(second), 200));
    ASSERT_TRUE(is_problem(refresh(person.refresh_token), 401, "refresh_reused"));
    const auto rows = query(Program::shared(), "SELECT auth_session_id FROM audit_log WHERE user_id = '" + person.id +
                                                   "' AND action = 'refresh_reused'");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0][0], person.auth_session);
}

}  // namespace
}  // namespace mindspace::integration
