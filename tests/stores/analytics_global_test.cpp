// Global statistics, and what remains of erased users, on a real server.

#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "services/analytics/facts/projection.h"
#include "services/analytics/global/refresh.h"
#include "services/analytics/store.h"
#include "support/analytics/session_fact.h"
#include "support/postgres/migrated_database.h"

#include <gtest/gtest.h>

#include <chrono>

namespace mindspace::analytics {
namespace {

using postgres::run;
using postgres::run_until;
using postgres::Statement;
using std::chrono::days;

constexpr Statement kLeft{"test_left", R"(
    SELECT (SELECT count(*) FROM session_facts WHERE user_id = $1) + (SELECT count(*) FROM daily_totals WHERE user_id = $1)
           + (SELECT count(*) FROM user_facts WHERE user_id = $1 AND registered_on IS NOT NULL))"};

// Whether the sessions that wait for a lock have a transaction id.
constexpr Statement kWaiting{"test_waiting", R"(
    SELECT backend_xid IS NOT NULL FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock')"};

// The response without its time.
std::string figures_of(GlobalAnalytics response) {
    response.as_of = {};
    return schema::to_json(response);
}

events::Event make_event(std::string type, UserId user, std::string payload, Timestamp at = {}) {
    events::Event event;
    event.type = std::move(type);
    event.user = user;
    event.payload = std::move(payload);
    event.occurred_at = at;
    return event;
}
events::Event session_event(const Fact& fact) {
    return make_event(fact.type(), fact.user, fact.payload());
}
events::Event registered(UserId user, std::string_view at, const std::string& timezone = "UTC") {
    return make_event("user.registered", user, R"({"timezone":")" + timezone + R"("})", parse_timestamp(at).value());
}
events::Event deleted(UserId user) {
    return make_event("user.deleted", user, "{}");
}

class GlobalTest : public testing::Test {
protected:
    GlobalTest() {
        run(io_, session_.connect());
        database_.start();
        run_until(io_, [&] { return database_.is_up(); });
    }
    void TearDown() override {
        database_.stop();
        postgres::run_to_end(io_);
    }

    // Like the consumer.
    void handle(std::vector<events::Event> events) {
        run(io_, session_.execute("BEGIN"));
        run(io_, project(session_, events));
        run(io_, session_.execute("COMMIT"));
    }
    bool refresh() { return run(io_, refresh_global(session_)); }
    GlobalAnalytics global(LocalDate from, LocalDate to) {
        const Range range{.from = from, .to = to};
        return arrange(run(io_, store_.find_global(range)), range);
    }
    // All rows stored for the user, except the id.
    std::int64_t left_of(UserId user) { return run(io_, session_.query(kLeft, user))[0].get<std::int64_t>(0); }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    postgres::Session session_{io_, {.conninfo = conninfo_}};
    postgres::Client database_{io_, {.conninfo = conninfo_, .connections = 1}};
    postgres::Replicas replicas_{io_, database_, {}};
    AnalyticsStore store_{database_, replicas_};
};

TEST_F(GlobalTest, CountsPeopleByDayWeekAndMonth) {
    auto ada = new_user();
    auto bob = new_user();
    handle({registered(ada, "2026-11-16T08:00:00Z"), registered(bob, "2026-11-24T23:30:00Z", "Europe/Berlin"),
            session_event({.user = ada, .seconds = 100}), session_event({.user = ada, .kind = "sleep", .seconds = 200}),
            session_event({.user = ada, .date = kMonday + days(1)}),
            session_event({.user = bob, .date = kMonday + days(9)}),
            session_event({.user = bob, .status = "abandoned"})});
    ASSERT_TRUE(refresh());
    auto response = global(kMonday, kMonday + days(9));
    ASSERT_EQ(response.days.size(), 10U);
    EXPECT_EQ(response.days[0].label, kMonday);
    EXPECT_EQ(response.days[0].active_users, 1);
    EXPECT_EQ(response.days[0].sessions, 2);
    EXPECT_EQ(response.days[0].seconds, 300);
    EXPECT_EQ(response.days[2].new_users, 1) << "it was Wednesday in his time zone";
    EXPECT_EQ(response.days[3].active_users, 0);
    ASSERT_EQ(response.weeks.size(), 2U);
    EXPECT_EQ(response.weeks[0].label, "2026-W48");
    EXPECT_EQ(response.weeks[0].active_users, 1);
    EXPECT_EQ(response.weeks[0].sessions, 3);
    EXPECT_EQ(response.weeks[0].new_users, 1);
    EXPECT_EQ(response.weeks[1].active_users, 1);
    ASSERT_EQ(response.months.size(), 2U);
    EXPECT_EQ(response.months[0].label, "2026-11");
    EXPECT_EQ(response.months[0].active_users, 1);
    EXPECT_EQ(response.months[0].new_users, 2) << "the whole month, though the range begins later";
    EXPECT_EQ(response.months[1].active_users, 1);
    EXPECT_EQ(response.totals.sessions, 4);
    EXPECT_EQ(response.totals.seconds, 1500);
    EXPECT_EQ(response.totals.new_users, 1);
}

TEST_F(GlobalTest, FollowsWeeklyCohorts) {
    auto ada = new_user();
    auto bob = new_user();
    auto eve = new_user();
    handle({registered(ada, "2026-11-23T08:00:00Z"), registered(bob, "2026-11-29T08:00:00Z"),
            registered(eve, "2026-12-01T08:00:00Z"), session_event({.user = ada}), session_event({.user = ada}),
            session_event({.user = bob, .date = kMonday + days(6)}),
            session_event({.user = bob, .date = kMonday + days(15)}),
            session_event({.user = eve, .date = kMonday + days(20)}),
            session_event({.user = eve, .date = kMonday - days(20)})});  // imported, from before
    refresh();
    auto response = global(kMonday + days(2), kMonday + days(20));
    using Numbers = std::vector<std::int64_t>;
    ASSERT_EQ(response.retention.size(), 3U);
    EXPECT_EQ(response.retention[0].week, "2026-W48");
    EXPECT_EQ(response.retention[0].new_users, 2);
    EXPECT_EQ(response.retention[0].active_users, (Numbers{2, 0, 1}));
    EXPECT_EQ(response.retention[1].new_users, 1);
    EXPECT_EQ(response.retention[1].active_users, (Numbers{0, 1}));
    EXPECT_EQ(response.retention[2].active_users, (Numbers{0}));
}

TEST_F(GlobalTest, RefreshesWhenSomethingHasChanged) {
    EXPECT_FALSE(refresh());
    Fact fact{.user = new_user()};
    handle({session_event(fact)});
    EXPECT_EQ(global(kMonday, kMonday).totals.sessions, 0);
    auto before = global(kMonday, kMonday).as_of;
    EXPECT_TRUE(refresh());
    EXPECT_EQ(global(kMonday, kMonday).totals.sessions, 1);
    EXPECT_GT(global(kMonday, kMonday).as_of, before);
    EXPECT_FALSE(refresh());
    handle({session_event(fact)});
    EXPECT_FALSE(refresh()) << "a repeated event changes nothing";
    fact.version = 2;
    fact.deleted = true;
    handle({session_event(fact)});
    EXPECT_TRUE(refresh());
    EXPECT_EQ(global(kMonday, kMonday).totals.sessions, 0);
}

TEST_F(GlobalTest, ServesDuringARefresh) {
    handle({session_event({.user = new_user()})});
    refresh();
    run(io_, session_.execute("BEGIN; REFRESH MATERIALIZED VIEW CONCURRENTLY global_periods; "
                              "REFRESH MATERIALIZED VIEW CONCURRENTLY global_cohorts"));
    EXPECT_EQ(global(kMonday, kMonday).totals.sessions, 1);
    run(io_, session_.execute("COMMIT"));
}

TEST_F(GlobalTest, CountsWithoutATransactionIdThatBlocksOutboxReaders) {
    handle({session_event({.user = new_user()})});
    postgres::Session other{io_, {.conninfo = conninfo_}};
    run(io_, other.connect());
    run(io_, other.execute("BEGIN; LOCK TABLE daily_totals"));
    bool ended = false;
    asio::co_spawn(io_, refresh_global(session_), [&](std::exception_ptr fault, bool) {
        ended = true;
        EXPECT_FALSE(fault);
    });
    run_until(io_, [&] { return run(io_, database_.query(kWaiting)).size() == 1; });
    EXPECT_FALSE(run(io_, database_.query(kWaiting))[0].get<bool>(0));
    run(io_, other.execute("COMMIT"));
    run_until(io_, [&] { return ended; });
}

TEST_F(GlobalTest, OnlyAnonymousSumsRemainOfAnErasedUser) {
    auto ada = new_user();
    auto bob = new_user();
    handle({registered(ada, "2026-11-23T08:00:00Z"), registered(bob, "2026-11-23T08:00:00Z"),
            session_event({.user = ada}), session_event({.user = ada, .kind = "sleep", .date = kMonday + days(8)}),
            session_event({.user = bob})});
    refresh();
    const auto before = figures_of(global(kMonday, kMonday + days(20)));
    handle({deleted(ada)});
    EXPECT_EQ(left_of(ada), 0);
    EXPECT_NE(left_of(bob), 0);
    EXPECT_TRUE(refresh());
    auto after = global(kMonday, kMonday + days(20));
    EXPECT_EQ(after.totals.sessions, 3);
    EXPECT_EQ(after.days[0].active_users, 2);
    EXPECT_EQ(after.retention[0].new_users, 2);
    EXPECT_EQ(figures_of(after), before);
}

TEST_F(GlobalTest, AUserIsErasedOnce) {
    Fact fact{.user = new_user()};
    handle({registered(fact.user, "2026-11-23T08:00:00Z"), session_event(fact)});
    handle({deleted(fact.user), deleted(fact.user)});
    handle({deleted(fact.user)});
    refresh();
    auto response = global(kMonday, kMonday);
    EXPECT_EQ(response.totals.sessions, 1);
    EXPECT_EQ(response.totals.new_users, 1);
    EXPECT_EQ(response.days[0].active_users, 1);
}

TEST_F(GlobalTest, ALateEventRestoresNothingOfAnErasedUser) {
    Fact fact{.user = new_user()};
    handle({registered(fact.user, "2026-11-23T08:00:00Z"), session_event(fact)});
    handle({deleted(fact.user)});
    Fact changed = fact;
    changed.version = 2;
    handle({session_event(fact), session_event(changed), session_event({.user = fact.user}),
            registered(fact.user, "2026-11-23T08:00:00Z")});
    EXPECT_EQ(left_of(fact.user), 0);
    refresh();
    EXPECT_EQ(global(kMonday, kMonday).totals.sessions, 1);
    EXPECT_EQ(global(kMonday, kMonday).totals.new_users, 1);
}

TEST_F(GlobalTest, SessionsBeforeADeletionInTheSameBatchCount) {
    Fact fact{.user = new_user()};
    handle({registered(fact.user, "2026-11-23T08:00:00Z"), session_event(fact), deleted(fact.user)});
    EXPECT_EQ(left_of(fact.user), 0);
    refresh();
    EXPECT_EQ(global(kMonday, kMonday).totals.seconds, 600);
    EXPECT_EQ(global(kMonday, kMonday).totals.new_users, 1);
}

}  // namespace
}  // namespace mindspace::analytics
