// Commands for a running program: keys and accounts.

#include "support/postgres/database.h"
#include "support/program/mailbox.h"
#include "support/program/metrics.h"
#include "support/program/person.h"

#include "platform/base/bytes.h"

#include <gmock/gmock.h>

#include <array>
#include <set>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> kids_of(const Program& program) {
    std::vector<std::string> kids;
    const auto keys = Client(program).get("/.well-known/jwks.json");
    for (const auto& key : keys.at("/keys").as_array()) kids.push_back(text_of(key.as_object(), "kid"));
    return kids;
}

std::string kid_of_token(const std::string& token) {
    const auto head = base64url_decode(std::string_view(token).substr(0, token.find('.'))).value();
    return text_of(json::parse(std::string(head.begin(), head.end())).as_object(), "kid");
}

std::string kid_of_next_login(const Person& person) {
    return kid_of_token(log_in_again(person).client.access_token());
}

TEST(KeyRotation, PublishesBothKeysAndKeepsTokensValid) {
    Program program({{"MINDSPACE_AUTH_MAX_LOGIN_SESSIONS", "1000"}});  // more than it has logins
    auto person = register_person(program);
    const auto old_kid = kid_of_token(person.client.access_token());
    ASSERT_THAT(kids_of(program), ElementsAre(old_kid));

    ASSERT_EQ(program.run({"keys", "rotate"}).exit_code, 0);
    std::vector<std::string> kids;
    ASSERT_TRUE(eventually([&] {
        kids = kids_of(program);
        return kids.size() == 2;
    })) << "published before it signs";
    EXPECT_EQ(kids.back(), old_kid);
    const auto& new_kid = kids.front();
    EXPECT_TRUE(eventually([&] {
        EXPECT_TRUE(is(person.client.get(kMe), 200));
        auto again = log_in_again(person);
        EXPECT_TRUE(is(again.client.get(kMe), 200));
        return kid_of_token(again.client.access_token()) == new_kid;
    }));
    EXPECT_TRUE(is(person.client.get(kMe), 200)) << "a token of the old key is valid until it expires";

    // Its last token lives for 15 minutes, and clocks may differ by a minute.
    ASSERT_TRUE(eventually([&] {
        return query(program,
                     "SELECT kid FROM signing_keys WHERE retires_at > now() + interval '15 minutes' AND "
                     "retires_at <= now() + interval '16 minutes'") == std::vector<TextRow>{{old_kid}};
    }));
    query(program, "UPDATE signing_keys SET retires_at = now() WHERE kid = '" + old_kid + "'");
    EXPECT_TRUE(eventually([&] { return kids_of(program) == std::vector{new_kid}; }));

    ASSERT_EQ(program.stop(), 0);
    program.start();
    EXPECT_EQ(kid_of_next_login(person), new_kid);
}

// Every role has verified tokens of the old key, and caches them.
TEST(KeyRotation, NowRefusesTokensOfACompromisedKeyEverywhere) {
    Program program({{"MINDSPACE_AUTH_MAX_LOGIN_SESSIONS", "1000"}});
    auto person = register_person(program);
    const auto old_token = person.client.access_token();
    const auto old_kid = kid_of_token(old_token);
    constexpr std::array kOfEachRole{kMe, kSessions, "/api/v1/analytics/summary", "/api/v1/auth/sessions"};
    auto statuses = [&](const std::string& token) {
        std::set<long> all;
        for (int i = 0; i < 4; ++i)  // on several connections, to reach every core
            for (const auto* path : kOfEachRole) all.insert(Client(program, token).get(path).status);
        return all;
    };
    ASSERT_THAT(statuses(old_token), ElementsAre(200));

    const auto rotated = program.run({"keys", "rotate", "--now"});
    ASSERT_EQ(rotated.exit_code, 0) << rotated.output;
    EXPECT_THAT(rotated.output, HasSubstr("old key: " + old_kid + " (withdrawn)"));
    ASSERT_TRUE(eventually([&] { return statuses(old_token) == std::set<long>{401}; }));
    EXPECT_TRUE(is_problem(person.client.get(kMe), 401, "invalid_token"));
    EXPECT_TRUE(eventually([&] { return kids_of(program).size() == 1 && kids_of(program).front() != old_kid; }));

    auto token = person.refresh_token;
    std::string kid;
    ASSERT_TRUE(eventually([&] {
        const auto refreshed = Client(program).post("/api/v1/auth/refresh", {{"refreshToken", token}});
        if (refreshed.status != 200) return false;
        token = refreshed.text("/tokens/refreshToken");
        kid = kid_of_token(refreshed.text("/tokens/accessToken"));
        return statuses(refreshed.text("/tokens/accessToken")) == std::set<long>{200};
    })) << "clients continue with their refresh tokens";
    EXPECT_THAT(kids_of(program), ElementsAre(kid));
    EXPECT_EQ(kid_of_next_login(person), kid);
}

TEST(KeyRotation, JwksResponsesAreCachedAndExpireBeforeANewKeySigns) {
    Program program;
    auto queries = [&] { return metric(program.management_port("auth"), "mindspace_postgres_queries_total"); };
    const auto before = queries();
    for (int i = 0; i < 300; ++i) {
        const auto keys = Client(program).get("/.well-known/jwks.json");
        ASSERT_TRUE(is(keys, 200));
        EXPECT_EQ(keys.header("cache-control"), "public, max-age=5");
    }
    EXPECT_LT(queries() - before, 100);
}

TEST(UserCommand, CreatesAnAccountThatCanLogIn) {
    const auto& program = Program::shared();
    const auto email = new_email();
    const auto password = std::string(kPassword);
    const auto created = program.run({"user", "create", email, "--name", "Ada", "--role", "admin"}, password + "\n");
    ASSERT_EQ(created.exit_code, 0) << created.output;
    const auto login = Client(program).post("/api/v1/auth/login", {{"email", email}, {"password", kPassword}});
    ASSERT_TRUE(is(login, 200));
    EXPECT_EQ(login.text("/user/id") + "\n", created.output);
    EXPECT_EQ(login.at("/user/role"), "admin");
    EXPECT_EQ(login.at("/user/emailVerified"), false);
    EXPECT_THAT(wait_for_mail(program, email).field("Subject"), HasSubstr("verify"));

    const auto again = program.run({"user", "create", email, "--name", "Ada"}, password + "\n");
    EXPECT_EQ(again.exit_code, kWrongData);
    EXPECT_THAT(again.output, HasSubstr("already exists"));
}

TEST(UserCommand, AppliesTheRulesOfARegistration) {
    const auto& program = Program::shared();
    const auto wrong = program.run({"user", "create", "nobody", "--name", "Ada"}, "short\n");
    EXPECT_EQ(wrong.exit_code, kWrongData);
    EXPECT_THAT(wrong.output, HasSubstr("/email"));
    EXPECT_THAT(wrong.output, HasSubstr("/password"));
    EXPECT_NE(program.run({"user", "create", new_email(), "--name", "Ada"}, "").exit_code, 0) << "no password";
    EXPECT_NE(program.run({"user", "create", new_email(), "--name", "Ada", "--role", "king"}, "x\n").exit_code, 0);
}

TEST(UserCommand, DisablesAnAccountImmediately) {
    const auto& program = Program::shared();
    auto person = register_person();
    ASSERT_TRUE(is(person.client.get(kMe), 200));
    ASSERT_EQ(program.run({"user", "disable", person.email}).exit_code, 0);
    EXPECT_TRUE(is(person.client.get(kMe), 401));
    EXPECT_TRUE(is(Client(program).post("/api/v1/auth/refresh", {{"refreshToken", person.refresh_token}}), 401));
    const auto log_in = [&](std::string_view password) {
        return Client(program).post("/api/v1/auth/login", {{"email", person.email}, {"password", password}});
    };
    EXPECT_TRUE(is_problem(log_in(kPassword), 403, "account_disabled"));
    EXPECT_TRUE(is_problem(log_in("not the one"), 401, "invalid_credentials")) << "only the owner learns it";
    ASSERT_EQ(program.run({"user", "enable", person.id}).exit_code, 0);
    EXPECT_TRUE(is(log_in(kPassword), 200));
    EXPECT_THAT(audit_of(program, person.id), testing::IsSupersetOf({"account_disabled", "account_enabled"}));
}

TEST(UserCommand, ListsAccountsAndLoginSessions) {
    const auto& program = Program::shared();
    const auto person = register_person();
    const auto table = program.run({"user", "list", person.email});
    EXPECT_THAT(table.output, testing::StartsWith("ID "));
    EXPECT_THAT(table.output, HasSubstr(person.email));
    const auto accounts = json::parse(program.run({"user", "list", person.id, "--json"}).output);
    ASSERT_EQ(accounts.as_array().size(), 1U);
    EXPECT_EQ(text_of(accounts.at(0).as_object(), "email"), person.email);
    EXPECT_EQ(accounts.at(0).at("disabled"), false);
    const auto sessions = json::parse(program.run({"user", "sessions", person.email, "--json"}).output);
    ASSERT_EQ(sessions.as_array().size(), 1U);
    EXPECT_EQ(text_of(sessions.at(0).as_object(), "id"), person.auth_session);
    EXPECT_THAT(program.run({"user", "sessions", person.email}).output, HasSubstr(person.auth_session));
}

TEST(UserCommand, GrantsARole) {
    const auto& program = Program::shared();
    auto person = register_person();
    EXPECT_EQ(person.client.get(kMe).at("/role"), "user");
    ASSERT_EQ(program.run({"user", "role", person.email, "admin"}).exit_code, 0);
    EXPECT_EQ(person.client.get(kMe).at("/role"), "admin");
}

TEST(UserCommand, RevokesTheAdminRoleImmediately) {
    const auto& program = Program::shared();
    auto person = register_person();
    ASSERT_EQ(program.run({"user", "role", person.email, "admin"}).exit_code, 0);
    auto admin = log_in_again(person);
    ASSERT_TRUE(is_alive(admin));
    ASSERT_EQ(program.run({"user", "role", person.email, "user"}).exit_code, 0);
    // More than once, on new connections, to reach every core.
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(is(Client(program, admin.client.access_token()).get(kMe), 401));
    EXPECT_TRUE(is(refresh(admin.refresh_token), 401));
    EXPECT_EQ(log_in_again(person).client.get(kMe).at("/role"), "user");
}

TEST(UserCommand, ReportsUnknownUsers) {
    const auto ended = Program::shared().run({"user", "disable", "nobody@example.org"});
    EXPECT_EQ(ended.exit_code, kWrongData);
    EXPECT_THAT(ended.output, HasSubstr("nobody@example.org"));
}

TEST(UserCommand, ReportsThatTheProgramIsNotRunning) {
    const TemporaryDirectory directory;
    const auto ended = run_to_end({program_path(), "user", "list"}, settings_for(directory.path() / "data"));
    EXPECT_EQ(ended.exit_code, kUnavailable) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr("does not run on the data directory"));
    EXPECT_THAT(ended.output, HasSubstr("mindspace up"));
}

}  // namespace
}  // namespace mindspace::integration
