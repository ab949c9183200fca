// Ending all login sessions of a user: logout everywhere, a password change, a disabled or deleted account. This takes
// one row and one notification, regardless of their number.

#include "support/live/client.h"
#include "support/postgres/database.h"
#include "support/postgres/migrated_database.h"
#include "support/program/person.h"
#include "support/program/suite_program.h"

#include "app/migrations.h"
#include "platform/postgres/connection/listener.h"
#include "platform/postgres/connection/session.h"
#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kLogoutAll = "/api/v1/auth/logout-all";
constexpr const char* kChangePassword = "/api/v1/auth/password/change";
constexpr const char* kOtherPassword = "other waters run deeper";

// The notifications of ends that every process receives.
class EndNotifications {
public:
    explicit EndNotifications(std::string conninfo)
        : conninfo_(std::move(conninfo)),
          listener_(
              io_, conninfo_, "auth_session_revoked",
              [this](std::string payload) { received_.push_back(std::move(payload)); }, [this] { listening_ = true; }) {
        listener_.start();
        postgres::run_until(io_, [this] { return listening_; });
    }
    ~EndNotifications() {
        listener_.stop();
        postgres::run_to_end(io_);
    }
    // All since the previous call.
    std::vector<std::string> take() {
        query(conninfo_, "NOTIFY auth_session_revoked, 'the last'");
        postgres::run_until(io_, [this] { return !received_.empty() && received_.back() == "the last"; });
        received_.pop_back();
        return std::exchange(received_, {});
    }

private:
    std::string conninfo_;
    asio::io_context io_;
    bool listening_ = false;
    std::vector<std::string> received_;
    postgres::Listener listener_;
};

// Inserts that many earlier login sessions, half of them ended individually.
void seed_login_sessions(const std::string& conninfo, const std::string& user, int count) {
    query(conninfo, R"(
        INSERT INTO auth_sessions (user_id, auth_session_id, ip, user_agent, tag_key, current_hash, created_at,
                                   last_used_at, expires_at, revoked_at)
        SELECT ')" + user +
                        R"(', ('018f0000-0000-7' || substr(h, 1, 3) || '-8' || substr(h, 4, 3) || '-' ||
                                   substr(h, 7, 12))::uuid,
               '192.0.2.1', '', '', '', now() - interval '1 hour', now() - interval '1 hour', now() + interval '6 days',
               CASE WHEN i % 2 = 0 THEN now() END
        FROM (SELECT i, md5(i::text) AS h FROM generate_series(1, )" +
                        std::to_string(count) + ") AS i) AS made");
}

// The number of the user's login sessions changed since the snapshot.
std::string touched_rows(const std::string& conninfo, const std::string& user, const std::string& snapshot) {
    return query(conninfo, "SELECT count(*)::text FROM auth_sessions WHERE user_id = '" + user +
                               "' AND xmin::text::bigint >= " + snapshot)
        .at(0)
        .at(0);
}

Response log_in_at(const Program& program, const std::string& email, std::string_view password = kPassword) {
    return Client(program).post(kLogin, {{"email", email}, {"password", password}});
}

TEST(LoginSessionsEnd, IsOneRowAndOneNotificationForAHundredThousand) {
    const auto& program = Program::shared();
    const auto conninfo = program.conninfo();
    auto person = register_person();
    std::vector<Person> others;
    for (int i = 0; i < 49; ++i) others.push_back(log_in_again(person));
    seed_login_sessions(conninfo, person.id, 100'000);
    EndNotifications ends(conninfo);
    const auto snapshot = [&] { return query(conninfo, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text")[0][0]; };

    auto before = snapshot();
    ASSERT_TRUE(is(person.client.post(kLogoutAll), 204));
    EXPECT_THAT(ends.take(), ElementsAre(testing::StartsWith(person.id)));
    EXPECT_EQ(touched_rows(conninfo, person.id, before), "0");
    EXPECT_FALSE(is_alive(person));
    EXPECT_FALSE(is_alive(others.front()));
    EXPECT_TRUE(is(refresh(others.back().refresh_token), 401));
    auto again = log_in_again(person);
    EXPECT_TRUE(is_alive(again));
    EXPECT_THAT(again.client.get("/api/v1/auth/sessions").at("/items").as_array(), SizeIs(1));
    std::ignore = ends.take();  // discards ends of surplus login sessions

    before = snapshot();
    ASSERT_EQ(program.run({"user", "disable", person.id}).exit_code, 0);
    EXPECT_THAT(ends.take(), ElementsAre(testing::StartsWith(person.id)));
    EXPECT_EQ(touched_rows(conninfo, person.id, before), "0");
    EXPECT_FALSE(is_alive(again));
    EXPECT_TRUE(is_problem(log_in_at(program, person.email), 403, "account_disabled"));

    ASSERT_EQ(program.run({"user", "enable", person.id}).exit_code, 0);
    Client owner(program, log_in_at(program, person.email).text("/tokens/accessToken"));
    std::ignore = ends.take();
    ASSERT_TRUE(is(
        owner.send({.method = "DELETE", .path = kMe, .body = json::serialize(json::object{{"password", kPassword}})}),
        204));
    EXPECT_THAT(ends.take(), ElementsAre(testing::StartsWith(person.id)));
    EXPECT_TRUE(is_problem(owner.get(kMe), 401, "token_revoked"));
}

TEST(LoginSessionsEnd, ByAPasswordChangeKeepsTheCallersLoginSession) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    ASSERT_TRUE(is_alive(elsewhere));
    auto change = [&](std::string_view from, std::string_view to) {
        return person.client.post(kChangePassword, {{"currentPassword", from}, {"newPassword", to}});
    };
    ASSERT_TRUE(is(change(kPassword, kOtherPassword), 204));
    EXPECT_FALSE(is_alive(elsewhere));
    EXPECT_TRUE(is_alive(person));
    const auto refreshed = refresh(person.refresh_token);
    ASSERT_TRUE(is(refreshed, 200));
    ASSERT_TRUE(is(change(kOtherPassword, kPassword), 204)) << "kept a second time";
    EXPECT_TRUE(is_alive(person));
    auto again = log_in_again(person);
    EXPECT_TRUE(is_alive(again));
    EXPECT_THAT(again.client.get("/api/v1/auth/sessions").at("/items").as_array(), SizeIs(2));
    ASSERT_TRUE(is(again.client.post(kLogoutAll), 204));
    EXPECT_FALSE(is_alive(person));
    EXPECT_TRUE(is(refresh(refreshed.text("/tokens/refreshToken")), 401));
}

TEST(LoginSessionsEnd, IsPartOfTheExport) {
    auto person = register_person();
    ASSERT_TRUE(is(person.client.post(kLogoutAll), 204));
    auto again = log_in_again(person);
    const auto response = again.client.get("/api/v1/users/me/export");
    EXPECT_TRUE(response.at("/loginSessions/0/revokedAt").is_string());
    EXPECT_TRUE(response.at("/loginSessions/1/revokedAt").is_null());
}

// Even if the clock of the node that ended them was ahead.
TEST(LoginSessionsEnd, DoesNotAffectALoginRightAfterIt) {
    auto person = register_person();
    query(Program::shared(),
          "UPDATE credentials SET sessions_ended_at = now(), sessions_ended_until = "
          "'ffff0000-0000-7000-8000-000000000000' WHERE user_id = '" +
              person.id + "'");
    ASSERT_TRUE(eventually([&] { return !is_alive(person); }));
    auto again = log_in_again(person);
    EXPECT_TRUE(is_alive(again));
}

TEST(LoginSessionsEnd, AboveTheLimitIsInTheAuditLog) {
    const Program program({{"MINDSPACE_AUTH_MAX_LOGIN_SESSIONS", "2"}});
    auto person = register_person(program);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(is(log_in_at(program, person.email), 200));
    EXPECT_THAT(query(program, "SELECT auth_session_id, detail->>'by' FROM audit_log WHERE user_id = '" + person.id +
                                   "' AND action = 'session_revoked'"),
                ElementsAre(ElementsAre(person.auth_session, "auth.max_login_sessions")));
}

class LoginSessionsEndOnTwoNodes : public testing::Test {
protected:
    Environment settings() {
        return {{"MINDSPACE_DATABASE_URL", conninfo_}, {"MINDSPACE_REDIS_URL", redis_.socket_path()}};
    }
    // On several connections, to reach every core.
    static void expect_status(const Program& node, const std::string& token, long status) {
        for (int i = 0; i < 6; ++i) EXPECT_TRUE(is(Client(node, token).get(kMe), status));
    }

    postgres::TestServer postgres_;
    redis::TestServer redis_;
    const std::string conninfo_ = postgres_.create_database();
    Program first_{settings()};
    Program second_{settings()};
};

TEST_F(LoginSessionsEndOnTwoNodes, ClosesSocketsAndRejectsTokensOnBothNodesImmediately) {
    auto person = register_person(first_);
    const auto group = create_group(person);
    auto live = [&](const Program& node, const std::string& token) {
        LiveClient socket(node, "/api/v1/groups/" + group + "/live", {{"Authorization", "Bearer " + token}});
        EXPECT_EQ(socket.status(), 101);
        return socket;
    };
    std::string password(kPassword);
    const std::vector<std::function<void(Client&)>> ways{
        [](Client& client) { ASSERT_TRUE(is(client.post(kLogoutAll), 204)); },
        [&](Client& client) {
            ASSERT_TRUE(is(
                client.post(kChangePassword, {{"currentPassword", kPassword}, {"newPassword", kOtherPassword}}), 204));
            password = kOtherPassword;
        },
        [&](Client&) { ASSERT_EQ(second_.run({"user", "disable", person.id}).exit_code, 0); }};
    for (const auto& end_all : ways) {
        const auto token = log_in_at(second_, person.email, password).text("/tokens/accessToken");
        Client owner(first_, log_in_at(first_, person.email, password).text("/tokens/accessToken"));
        auto here = live(first_, token);
        auto there = live(second_, token);
        for (const auto* node : {&first_, &second_}) expect_status(*node, token, 200);
        end_all(owner);
        for (const auto* node : {&first_, &second_}) expect_status(*node, token, 401);
        EXPECT_EQ(here.close_code(), kTokenEnded);
        EXPECT_EQ(there.close_code(), kTokenEnded);
    }
}

TEST_F(LoginSessionsEndOnTwoNodes, HoldsDuringAndAfterARedisOutage) {
    auto person = register_person(first_);
    const auto token = log_in_at(second_, person.email).text("/tokens/accessToken");
    for (const auto* node : {&first_, &second_}) expect_status(*node, token, 200);
    redis_.signal(SIGSTOP);
    ASSERT_TRUE(is(Client(first_, token).post(kLogoutAll), 204));
    for (const auto* node : {&first_, &second_}) expect_status(*node, token, 401);
    redis_.signal(SIGCONT);  // it still has them as alive
    for (const auto* node : {&first_, &second_}) expect_status(*node, token, 401);
    redis_.signal(SIGKILL);
    redis_.start();
    for (const auto* node : {&first_, &second_}) expect_status(*node, token, 401);
    const auto again = log_in_at(second_, person.email).text("/tokens/accessToken");
    for (const auto* node : {&first_, &second_}) expect_status(*node, again, 200);
}

// During an update, a new node runs together with older ones, which find the end of a login session only by its own
// row.
class LoginSessionsEndDuringAnUpdate : public testing::Test {
protected:
    static std::size_t version() {
        const auto all = db::migrations();
        const auto* found = std::ranges::find(all, "login_sessions_of_a_user", &postgres::Migration::name).base();
        return static_cast<std::size_t>(found - all.data());
    }
    void migrate(std::span<const postgres::Migration> migrations) {
        postgres::run(io_, postgres::migrate(session_, migrations));
    }
    std::vector<TextRow> rows(const std::string& sql) { return query(conninfo_, sql); }

    const std::string conninfo_ = postgres::TestServer::shared().create_database();
    asio::io_context io_;
    postgres::Session session_{io_, {.conninfo = conninfo_}};
    const std::string user_ = new_id();
};

TEST_F(LoginSessionsEndDuringAnUpdate, IsAnnouncedToOlderVersions) {
    postgres::run(io_, session_.connect());
    migrate(db::migrations().first(version()));
    rows("INSERT INTO credentials VALUES ('" + user_ + "', 'x', now())");
    seed_login_sessions(conninfo_, user_, 6);
    migrate(db::migrations());
    EndNotifications ends(conninfo_);
    const auto active = rows("SELECT auth_session_id FROM auth_sessions WHERE revoked_at IS NULL ORDER BY 1");
    ASSERT_THAT(active, SizeIs(3));
    rows("UPDATE credentials SET sessions_ended_at = now(), kept_session = '" + active[1][0] +
         "', sessions_ended_until = '" + active[2][0] + "'");
    EXPECT_THAT(ends.take(),
                testing::UnorderedElementsAre(testing::StartsWith(user_ + " "), active[0][0], active[2][0]));
    EXPECT_EQ(rows("SELECT auth_session_id FROM auth_sessions WHERE revoked_at IS NULL"),
              (std::vector<TextRow>{active[1]}));
    rows("DELETE FROM auth_sessions");
    EXPECT_THAT(ends.take(), ElementsAre(active[1][0])) << "the end by a deleted account";
}

TEST_F(LoginSessionsEndDuringAnUpdate, IsOneNotificationWithoutOlderVersions) {
    postgres::run(io_, session_.connect());
    migrate(db::migrations());
    EXPECT_THAT(rows("SELECT tgname FROM pg_trigger WHERE tgname IN ('auth_session_erased', "
                     "'user_sessions_ended_by_row')"),
                IsEmpty());
}

}  // namespace
}  // namespace mindspace::integration
