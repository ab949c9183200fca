// Statistics compared with the history: what verification finds and a rebuild repairs, while events arrive.

#include "platform/postgres/connection/client.h"
#include "platform/postgres/replicas/replicas.h"
#include "services/analytics/client.h"
#include "services/analytics/verification/rebuild.h"
#include "services/analytics/verification/verify.h"
#include "services/meditation/sessions/store.h"
#include "support/analytics/session_fact.h"
#include "support/events/pump.h"
#include "support/postgres/migrated_database.h"

#include <gtest/gtest.h>

#include <random>

namespace mindspace::analytics {
namespace {

using meditation::ImportedSession;
using meditation::MeditationSessionId;
using postgres::run;
using postgres::run_until;
using postgres::Statement;
using Users = std::vector<UserId>;

constexpr Statement kInsertUser{"test_insert_user", R"(
    INSERT INTO users (user_id, email, display_name, timezone, locale, created_at, updated_at)
    VALUES ($1, $2, 'A', 'Asia/Kolkata', 'en', $3, $3))"};
constexpr Statement kFacts{"test_facts", "SELECT count(*) FROM session_facts WHERE user_id = $1"};
constexpr Statement kLifetimes{"test_lifetimes", "SELECT count(*) FROM lifetimes"};
constexpr Statement kDigest{"test_digest", R"(
    SELECT md5(coalesce((SELECT string_agg(f::text, ',' ORDER BY session_id) FROM session_facts f WHERE counts), '')) ||
           md5(coalesce((SELECT string_agg(d::text, ',' ORDER BY user_id, local_date) FROM daily_totals d), '')) ||
           md5(coalesce((SELECT string_agg(l::text, ',' ORDER BY user_id) FROM lifetimes l), ''))
           || md5(coalesce((SELECT string_agg(user_id::text || registered_on, ',' ORDER BY user_id) FROM user_facts), '')))"};

class TruthTest : public testing::Test {
protected:
    TruthTest() {
        run(io_, session_.connect());
        run(io_, pump_session_.connect());
        database_.start();
        run_until(io_, [&] { return database_.is_up(); });
    }
    void TearDown() override {
        database_.stop();
        postgres::run_to_end(io_);
    }

    UserId add_user() {
        auto user = new_user();
        run(io_, session_.query(kInsertUser, user, user.to_string(), SystemClock().now()));
        return user;
    }
    // Imports that many sessions of one history; returns their ids.
    std::vector<MeditationSessionId> add_sessions(UserId user, int count) {
        std::vector<ImportedSession> sessions;
        std::vector<MeditationSessionId> ids;
        for (int i = 0; i < count; ++i) {
            ImportedSession session;
            session.id = MeditationSessionId::make(SystemClock().now());
            session.started_at = Timestamp(kMonday.time_since_epoch()) - std::chrono::hours(7 * i);
            session.duration_seconds = 60 + i;
            session.mood_before = 1 + i % 5;
            ids.push_back(session.id);
            sessions.push_back(std::move(session));
        }
        run(io_, sessions_.import(meditation::import_queries(user, std::move(sessions), SystemClock().now())));
        return ids;
    }
    void handle_all() { run(io_, pump_.handle_all()); }
    Verification check(Users users, Milliseconds timeout = Milliseconds(10'000)) {
        return run(io_, verify(session_, std::move(users), timeout));
    }
    std::string digest() { return run(io_, session_.query(kDigest))[0].get<std::string>(0); }
    void damage(const std::string& sql) { run(io_, session_.execute(sql)); }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    postgres::Session session_{io_, {.conninfo = conninfo_}};
    postgres::Session pump_session_{io_, {.conninfo = conninfo_}};
    postgres::Client database_{io_, {.conninfo = conninfo_, .connections = 1}};
    postgres::Replicas replicas_{io_, database_, {}};
    meditation::SessionStore sessions_{database_, replicas_, database_};
    EventPump pump_{pump_session_};
};

TEST_F(TruthTest, ARebuildEqualsTheResultOfTheEvents) {
    for (int i = 0; i < 45; ++i) add_sessions(add_user(), 3);
    auto user = add_user();
    auto ids = add_sessions(user, 10);
    run(io_, sessions_.erase(user, ids[3], {}, SystemClock().now()));
    handle_all();
    EXPECT_EQ(run(io_, rebuild(session_, {})).facts, 0) << "registrations come only from users here";
    const auto before = digest();
    for (const char* loss : {"TRUNCATE session_facts, daily_totals, lifetimes, user_facts",
                             "DELETE FROM daily_totals WHERE random() < 0.5",
                             "UPDATE session_facts SET version = version - 1, mood_before = 5 WHERE random() < 0.3",
                             "UPDATE session_facts SET counts = NOT counts", "UPDATE lifetimes SET totals = '{}'"}) {
        damage(loss);
        EXPECT_NE(digest(), before) << loss;
        EXPECT_EQ(run(io_, rebuild(session_, {})).users, 46);
        EXPECT_EQ(digest(), before) << loss;
    }
    auto found = check(run(io_, user::sample_users(session_, 1000)));
    EXPECT_EQ(found.users, 46);
    EXPECT_EQ(found.diverging, Users{});
    EXPECT_EQ(found.undecided, Users{});
}

TEST_F(TruthTest, ARebuildOfOneUserLeavesTheOthersAlone) {
    auto one = add_user();
    auto other = add_user();
    add_sessions(one, 2);
    add_sessions(other, 2);
    EXPECT_EQ(run(io_, rebuild(session_, one)).facts, 2);
    EXPECT_EQ(run(io_, rebuild(session_, new_user())).users, 0);
    EXPECT_EQ(check({one}, Milliseconds(1)).diverging, Users{});
    EXPECT_EQ(check({other}, Milliseconds(1)).undecided, Users{other});
}

TEST_F(TruthTest, ADeletedSessionStaysDeleted) {
    auto user = add_user();
    ImportedSession session;
    session.id = MeditationSessionId::make(SystemClock().now());
    session.started_at = Timestamp(kMonday.time_since_epoch());
    session.duration_seconds = 600;
    std::vector once{session};
    EXPECT_EQ(run(io_, sessions_.import(meditation::import_queries(user, std::move(once), SystemClock().now())))
                  .created.size(),
              1U);
    handle_all();
    EXPECT_EQ(run(io_, find_lifetime(database_, user, kMonday, "UTC")).sessions, 1);
    EXPECT_TRUE(run(io_, sessions_.erase(user, session.id, {}, SystemClock().now())));
    std::vector again{session};
    EXPECT_TRUE(run(io_, sessions_.import(meditation::import_queries(user, std::move(again), SystemClock().now())))
                    .created.empty());
    meditation::StartSession start;
    start.planned_seconds = 60;
    EXPECT_FALSE(run(io_, sessions_.insert_active(user, session.id, start, SystemClock().now())));
    handle_all();
    EXPECT_EQ(run(io_, find_lifetime(database_, user, kMonday, "UTC")).sessions, 0);
    EXPECT_EQ(check({user}).diverging, Users{});
}

TEST_F(TruthTest, EventsInFlightAreNoDivergence) {
    auto user = add_user();
    auto ids = add_sessions(user, 5);
    handle_all();
    run(io_, sessions_.erase(user, ids[0], {}, SystemClock().now()));
    add_sessions(user, 3);
    EXPECT_EQ(check({user}, Milliseconds(150)).undecided, Users{user}) << "no consumer handles events";
    bool checked = false;
    asio::co_spawn(io_, verify(session_, {user}, Milliseconds(20'000)), [&](std::exception_ptr, Verification found) {
        checked = true;
        EXPECT_EQ(found.diverging, Users{});
        EXPECT_EQ(found.undecided, Users{});
    });
    while (!checked) handle_all();
}

TEST_F(TruthTest, ALostEventIsADivergence) {
    auto lost = add_user();
    auto well = add_user();
    add_sessions(lost, 5);
    add_sessions(well, 5);
    handle_all();
    add_sessions(lost, 1);
    damage("DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox)");
    add_sessions(well, 1);
    bool checked = false;
    asio::co_spawn(io_, verify(session_, {lost, well}, Milliseconds(20'000)),
                   [&](std::exception_ptr, Verification found) {
                       checked = true;
                       EXPECT_EQ(found.diverging, Users{lost});
                       EXPECT_EQ(found.undecided, Users{});
                   });
    while (!checked) handle_all();
}

TEST_F(TruthTest, ASessionNeedsAFactOnlyOnceItHasEnded) {
    auto user = add_user();
    add_sessions(user, 2);
    const auto now = SystemClock().now();
    const auto id = MeditationSessionId::make(now);
    meditation::StartSession start;
    start.planned_seconds = 60;
    ASSERT_TRUE(run(io_, sessions_.insert_active(user, id, start, now)));
    handle_all();
    const auto facts = [&] { return run(io_, session_.query(kFacts, user))[0].get<std::int64_t>(0); };
    EXPECT_EQ(facts(), 2);
    EXPECT_EQ(check({user}).diverging, Users{});
    EXPECT_EQ(run(io_, rebuild(session_, user)).facts, 1);
    EXPECT_EQ(facts(), 3);
    EXPECT_EQ(check({user}).diverging, Users{}) << "a fact of an active session does no harm";
    ASSERT_TRUE(run(io_, sessions_.abandon(user, id, now)));
    handle_all();
    EXPECT_EQ(run(io_, rebuild(session_, user)).facts, 0);
    EXPECT_EQ(check({user}).diverging, Users{});
}

TEST_F(TruthTest, ADeletionWhoseEventWasLostIsADivergence) {
    auto user = add_user();
    auto ids = add_sessions(user, 2);
    handle_all();
    run(io_, sessions_.erase(user, ids[0], {}, SystemClock().now()));
    damage("DELETE FROM outbox WHERE type = 'session.deleted'");
    bool checked = false;
    asio::co_spawn(io_, verify(session_, {user}, Milliseconds(20'000)), [&](std::exception_ptr, Verification found) {
        checked = true;
        EXPECT_EQ(found.diverging, Users{user});
    });
    while (!checked) handle_all();
}

TEST_F(TruthTest, EveryWrongStatisticIsADivergence) {
    auto user = add_user();
    add_sessions(user, 5);
    handle_all();
    ASSERT_EQ(check({user}).diverging, Users{});
    for (const char* wrong :
         {"UPDATE daily_totals SET seconds = seconds + 1 WHERE local_date = '2026-11-22'",
          "UPDATE daily_totals SET mood_before_count = 0", "DELETE FROM daily_totals",
          R"(UPDATE daily_totals SET seconds_by_kind = '{"sleep":1}')",
          "INSERT INTO daily_totals SELECT user_id, local_date - 99, 1, 1, 1, 0, 0, 0, 0, seconds_by_kind "
          "FROM daily_totals LIMIT 1",
          R"(UPDATE lifetimes SET totals = replace(totals, '"sessions":5,', '"sessions":6,'))",
          "UPDATE session_facts SET local_hour = 3", "UPDATE session_facts SET version = 7",
          "UPDATE session_facts SET duration_seconds = duration_seconds + 1"}) {
        damage(wrong);
        EXPECT_EQ(check({user}).diverging, Users{user}) << wrong;
        run(io_, rebuild(session_, user));
        EXPECT_EQ(check({user}).diverging, Users{}) << wrong;
    }
}

TEST_F(TruthTest, AComparisonDelaysNoEvent) {
    auto user = add_user();
    add_sessions(user, 5);
    handle_all();
    run(io_, pump_session_.execute("BEGIN"));
    run(io_, lock_projection(pump_session_));
    EXPECT_EQ(check({user}).diverging, Users{}) << "while events are projected";
    run(io_, pump_session_.execute("COMMIT"));
}

// Older versions change totals without updating lifetimes; a trigger then deletes the lifetime.
TEST_F(TruthTest, ALifetimeIsComputedFromFactsWhileItIsNotStored) {
    auto user = add_user();
    auto ids = add_sessions(user, 5);
    handle_all();
    auto sessions = [&] { return run(io_, find_lifetime(database_, user, kMonday, "UTC")).sessions; };
    auto rows = [&] { return run(io_, session_.query(kLifetimes))[0].get<std::int64_t>(0); };
    EXPECT_EQ(sessions(), 5);
    EXPECT_EQ(rows(), 1);
    damage("DELETE FROM session_facts WHERE session_id = '" + ids[0].to_string() + "'");
    EXPECT_EQ(sessions(), 5) << "one row is read";
    damage("DELETE FROM daily_totals WHERE local_date = (SELECT min(local_date) FROM daily_totals)");
    EXPECT_EQ(rows(), 0);
    EXPECT_EQ(sessions(), 4);
    EXPECT_EQ(run(io_, rebuild(session_, user)).facts, 1);
    EXPECT_EQ(rows(), 1);
    damage(
        "UPDATE session_facts SET counts = false; INSERT INTO daily_totals SELECT user_id, local_date - 99, 1, 1, 1, "
        "0, "
        "0, 0, 0, seconds_by_kind FROM daily_totals LIMIT 1");
    EXPECT_EQ(rows(), 0);
    EXPECT_EQ(sessions(), 0);
}

// Changes, their events and the rebuild all at once: nothing is lost.
TEST_F(TruthTest, ARebuildLosesNoConcurrentUpdate) {
    Users users;
    std::vector<std::vector<MeditationSessionId>> ids;
    for (int i = 0; i < 60; ++i) {
        users.push_back(add_user());
        ids.push_back(add_sessions(users.back(), 6));
    }
    bool rebuilt = false;
    int rounds = 0;
    auto rebuild_often = [](postgres::Session& session) -> Awaitable<bool> {
        for (int i = 0; i < 8; ++i) co_await rebuild(session, {});
        co_return true;
    };
    asio::co_spawn(io_, rebuild_often(session_), [&](std::exception_ptr fault, bool) {
        EXPECT_FALSE(fault);
        rebuilt = true;
    });
    std::mt19937 random(7);
    auto pick = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };
    while (!rebuilt) {
        ++rounds;
        auto who = pick(users.size());
        auto what = pick(ids[who].size());
        meditation::SessionPatch patch;
        patch.mood_after = {.present = true, .value = static_cast<std::int32_t>(1 + pick(5))};
        run(io_, sessions_.update(users[who], ids[who][what], patch, {}, SystemClock().now()));
        if (pick(10) == 0) run(io_, sessions_.erase(users[who], ids[who][what], {}, SystemClock().now()));
        if (pick(10) == 0) add_sessions(users[who], 1);
        if (pick(5) == 0) handle_all();
    }
    handle_all();
    EXPECT_GT(rounds, 10);
    auto found = check(users);
    EXPECT_EQ(found.diverging, Users{});
    EXPECT_EQ(found.undecided, Users{});
    const auto before = digest();
    EXPECT_EQ(run(io_, rebuild(session_, {})).facts, 0);
    EXPECT_EQ(digest(), before);
}

// An account that is being deleted is left to its event, which folds the remaining facts.
TEST_F(TruthTest, ARebuildLeavesAnAccountToItsDeletion) {
    auto user = add_user();
    add_sessions(user, 3);
    handle_all();
    const auto before = digest();
    damage("DELETE FROM meditation_sessions; DELETE FROM users");
    EXPECT_EQ(run(io_, rebuild(session_, {})).users, 0);
    EXPECT_EQ(digest(), before);
}

}  // namespace
}  // namespace mindspace::analytics
