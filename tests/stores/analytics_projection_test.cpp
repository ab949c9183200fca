// Events through the consumer and the projection into the responses, on a real server, compared with a recomputation in
// C++ that shares no code with them.

#include "platform/events/outbox/source.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "services/analytics/client.h"
#include "services/analytics/facts/projection.h"
#include "services/analytics/statistics/lifetimes.h"
#include "services/analytics/store.h"
#include "support/analytics/session_fact.h"
#include "support/postgres/migrated_database.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace mindspace::analytics {
namespace {

using postgres::run;
using postgres::run_until;
using postgres::Statement;
using std::chrono::days;

constexpr Statement kPublish{"test_publish", R"(
    INSERT INTO outbox (type, user_id, payload, occurred_at)
    SELECT type, user_id, payload, now()
    FROM unnest($1::text[], $2::uuid[], $3::jsonb[]) AS event (type, user_id, payload))"};
constexpr Statement kFact{"test_fact", "SELECT local_hour, version FROM session_facts WHERE user_id = $1"};

constexpr Statement kLifetime{"test_lifetime", "SELECT totals FROM lifetimes WHERE user_id = $1"};

Awaitable<std::vector<CompletedSession>> list_completed_sessions(postgres::Session& session, UserId user) {
    auto rows = co_await session.query(completed_sessions_statement(user), user);
    const auto ends = rows[0].get<std::vector<Timestamp>>(0);
    const auto dates = rows[0].get<std::vector<LocalDate>>(1);
    const auto seconds = rows[0].get<std::vector<std::int32_t>>(2);
    const auto hours = rows[0].get<std::vector<std::int16_t>>(3);
    const auto kinds = rows[0].get<std::vector<std::string>>(4);
    std::vector<CompletedSession> sessions;
    for (std::size_t i = 0; i < ends.size(); ++i)
        sessions.push_back(
            {.ended_at = ends[i], .local_date = dates[i], .seconds = seconds[i], .hour = hours[i], .kind = kinds[i]});
    co_return sessions;
}

const Range kAlways{parse_date("2000-01-01").value(), parse_date("2099-12-31").value()};

// One line per row, so that differences are readable.
using Lines = std::vector<std::string>;

Lines lines_of(const std::vector<DailyTotals>& rows) {
    Lines lines;
    for (const auto& row : rows) {
        lines.push_back(format_date(row.date) + " " + std::to_string(row.sessions) + " sessions " +
                        std::to_string(row.seconds) + " s, before " + std::to_string(row.mood_before_sum) + "/" +
                        std::to_string(row.mood_before_count) + ", after " + std::to_string(row.mood_after_sum) + "/" +
                        std::to_string(row.mood_after_count));
        for (const auto& [kind, seconds] : row.seconds_by_kind.members())
            lines.back() += " " + kind + "=" + std::to_string(seconds);
    }
    std::ranges::sort(lines);
    return lines;
}

class ProjectionTest : public testing::Test {
protected:
    ProjectionTest() {
        run(io_, session_.connect());
        database_.start();
        consumer_.start();
        run_until(io_, [&] { return database_.is_up(); });
    }
    // Pending operations end before the loop is destroyed.
    void TearDown() override {
        consumer_.stop();
        database_.stop();
        postgres::run_to_end(io_);
    }

    // In one transaction; returns when the projection has handled them.
    void publish(const std::vector<Fact>& facts) {
        std::vector<std::string> types;
        std::vector<UserId> users;
        std::vector<postgres::Json> payloads;
        for (const auto& fact : facts) {
            types.push_back(fact.type());
            users.push_back(fact.user);
            payloads.push_back({fact.payload()});
        }
        run(io_, session_.query(kPublish, types, users, payloads));
        published_ += facts.size();
        run_until(io_, [&] { return consumer_.stats().handled() >= published_; });
        EXPECT_EQ(consumer_.stats().dead_letters.value(), 0U);
    }
    // As stored.
    std::string lifetime_of(UserId user) { return run(io_, session_.query(kLifetime, user))[0].get<std::string>(0); }
    Lines days_of(UserId user) { return lines_of(run(io_, store_.list_days(user, kAlways))); }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    postgres::Session session_{io_, {.conninfo = conninfo_}};
    postgres::Client database_{io_, {.conninfo = conninfo_, .connections = 1}};
    postgres::Replicas replicas_{io_, database_, {}};
    AnalyticsStore store_{database_, replicas_};
    events::OutboxOptions options_{.name = std::string(kConsumerName), .conninfo = conninfo_};
    events::Consumer consumer_{io_,
                               {.name = std::string(kConsumerName), .conninfo = conninfo_},
                               std::make_unique<events::OutboxSource>(io_, options_),
                               [](postgres::Session& session, std::span<const events::Event> events) -> Awaitable<> {
                                   co_await project(session, events);
                               }};
    std::size_t published_ = 0;
};

TEST_F(ProjectionTest, ACompletedSessionCountsOnItsDay) {
    Fact fact{.user = new_user(), .mood_before = 2, .mood_after = 4};
    publish({fact});
    EXPECT_EQ(days_of(fact.user), (Lines{"2026-11-23 1 sessions 600 s, before 2/1, after 4/1 breathing=600"}));
}

TEST_F(ProjectionTest, ActiveAndAbandonedSessionsDoNotCount) {
    Fact active{.user = new_user(), .status = "active"};
    Fact abandoned{.user = active.user, .status = "abandoned"};
    publish({active, abandoned});
    EXPECT_EQ(days_of(active.user), Lines{});
}

TEST_F(ProjectionTest, TheSameEventTwiceChangesNothing) {
    Fact fact{.user = new_user()};
    publish({fact, fact});
    auto once = days_of(fact.user);
    publish({fact});
    EXPECT_EQ(days_of(fact.user), once);
    EXPECT_EQ(once.size(), 1U);
}

TEST_F(ProjectionTest, ALateOlderVersionChangesNothing) {
    Fact old{.user = new_user(), .version = 2, .mood_after = 1};
    Fact newer = old;
    newer.version = 3;
    newer.mood_after = 5;
    publish({newer});
    publish({old});
    EXPECT_EQ(days_of(old.user), (Lines{"2026-11-23 1 sessions 600 s, before 0/0, after 5/1 breathing=600"}));
}

TEST_F(ProjectionTest, VersionsOutOfOrderWithinABatchEndWithTheNewest) {
    Fact active{.user = new_user(), .version = 1, .status = "active"};
    Fact completed = active;
    completed.version = 2;
    completed.status = "completed";
    publish({completed, active});
    EXPECT_EQ(days_of(active.user).size(), 1U);
}

TEST_F(ProjectionTest, ASessionThatMovesToAnotherDayLeavesTheOldOne) {
    Fact fact{.user = new_user()};
    Fact stays{.user = fact.user, .kind = "sleep"};
    publish({fact, stays});
    fact.version = 2;
    fact.date += days(1);
    publish({fact});
    EXPECT_EQ(days_of(fact.user), (Lines{"2026-11-23 1 sessions 600 s, before 0/0, after 0/0 sleep=600",
                                         "2026-11-24 1 sessions 600 s, before 0/0, after 0/0 breathing=600"}));
}

TEST_F(ProjectionTest, ADeletedSessionIsGoneAndStaysGone) {
    Fact fact{.user = new_user()};
    publish({fact});
    Fact deleted = fact;
    deleted.version = 2;
    deleted.deleted = true;
    publish({deleted});
    EXPECT_EQ(days_of(fact.user), Lines{});
    publish({fact});
    EXPECT_EQ(days_of(fact.user), Lines{});
}

TEST_F(ProjectionTest, TheHourIsInLocalTime) {
    Fact fact{.user = new_user(), .timezone = "Asia/Kolkata"};  // 06:00 UTC is 11:30
    publish({fact});
    auto rows = run(io_, session_.query(kFact, fact.user));
    EXPECT_EQ(rows[0].get<std::int16_t>(0), 11);
}

TEST_F(ProjectionTest, ThePastContainsStreakDaysAndFavourites) {
    Fact first{.user = new_user(), .kind = "sleep", .timezone = "Asia/Kolkata"};
    Fact second{.user = first.user, .kind = "sleep", .seconds = 59, .date = kMonday + days(1)};
    Fact third{.user = first.user, .kind = "mantra", .seconds = 9000, .date = kMonday + days(1)};
    publish({first, second, third});
    auto past = run(io_, store_.find_past(first.user, kAlways));
    EXPECT_EQ(past.lifetime.favourite_kind(), "sleep");
    EXPECT_EQ(past.lifetime.favourite_hour(), 6);
    EXPECT_EQ(past.lifetime.streak_days().as_of(kMonday, {}).longest_days, 2);
    ASSERT_EQ(past.days.size(), 2U);
    EXPECT_EQ(past.days[1].sessions, 2);
    EXPECT_EQ(past.days[1].seconds, 9059);

    auto empty = run(io_, store_.find_past(new_user(), kAlways));
    EXPECT_TRUE(empty.days.empty());
    EXPECT_EQ(empty.lifetime.favourite_kind(), std::nullopt);
    EXPECT_EQ(empty.lifetime.favourite_hour(), std::nullopt);
}

TEST_F(ProjectionTest, LifetimeOfFiveThousandSessions) {
    auto user = new_user();
    std::vector<Fact> facts;
    for (int i = 0; i < 5000; ++i) facts.push_back({.user = user, .date = kMonday - days(i / 3)});
    publish(facts);
    auto lifetime = run(io_, find_lifetime(database_, user, kMonday + days(1), "UTC"));
    EXPECT_EQ(lifetime.sessions, 5000);
    EXPECT_EQ(lifetime.seconds, 5000 * 600);
    EXPECT_EQ(lifetime.streaks.current_days, 1667);
    EXPECT_EQ(lifetime.streaks.longest_days, 1667);
    EXPECT_EQ(lifetime.milestones.size(), 7U + 5U + 7U);  // all hours except 1,000
    auto empty = run(io_, find_lifetime(database_, new_user(), kMonday, "UTC"));
    EXPECT_EQ(empty.sessions, 0);
}

// The totals of the newest version of each session, added up directly.
Lines expected_days(const std::vector<Fact>& events, UserId user) {
    std::map<Uuid, Fact> newest;
    for (const auto& event : events) {
        if (event.user != user) continue;
        auto [known, added] = newest.try_emplace(event.id, event);
        if (!added && known->second.version < event.version) known->second = event;
    }
    std::map<LocalDate, DailyTotals> days;
    std::map<LocalDate, SecondsByKind::Members> kinds;
    for (const auto& [id, fact] : newest) {
        if (fact.deleted || fact.status != "completed") continue;
        auto& day = days[fact.date];
        day.date = fact.date;
        kinds[fact.date][fact.kind] += fact.seconds;
        day.sessions += 1;
        day.seconds += fact.seconds;
        day.mood_before_sum += fact.mood_before.value_or(0);
        day.mood_before_count += fact.mood_before ? 1 : 0;
        day.mood_after_sum += fact.mood_after.value_or(0);
        day.mood_after_count += fact.mood_after ? 1 : 0;
    }
    std::vector<DailyTotals> rows;
    for (auto& [date, day] : days) {
        day.seconds_by_kind = SecondsByKind(kinds[date]);
        rows.push_back(day);
    }
    return lines_of(rows);
}

// Sessions of a few users in a few days, each in several versions.
std::vector<Fact> random_history(std::mt19937& random, const std::vector<UserId>& users, std::size_t events) {
    auto pick = [&random](int first, int last) { return std::uniform_int_distribution(first, last)(random); };
    auto mood = [&pick] { return pick(0, 2) == 0 ? std::nullopt : std::optional(pick(1, 5)); };
    std::vector<Fact> history;
    while (history.size() < events) {
        Fact fact{.user = users[static_cast<std::size_t>(pick(0, static_cast<int>(users.size()) - 1))],
                  .date = kMonday + days(pick(0, 9))};
        int versions = pick(1, 4);
        for (fact.version = 1; fact.version <= versions; ++fact.version) {
            const int first_status = fact.version == 1 ? 0 : 1;  // no ended session becomes active again
            fact.status = std::array{"active", "completed", "completed",
                                     "abandoned"}[static_cast<std::size_t>(pick(first_status, 3))];
            fact.kind = std::array{"sleep", "mantra", "other"}[static_cast<std::size_t>(pick(0, 2))];
            fact.seconds = pick(1, 200);
            fact.mood_before = mood();
            fact.mood_after = mood();
            fact.deleted = fact.version > 1 && pick(0, 9) == 0;
            if (pick(0, 3) == 0) fact.date += days(pick(-1, 1));
            history.push_back(fact);
        }
    }
    return history;
}

TEST_F(ProjectionTest, RandomHistoriesInAnyOrderAndTwiceAgreeWithAPlainRecomputation) {
    std::mt19937 random(20261123);
    std::vector<UserId> users;
    for (int i = 0; i < 7; ++i) users.push_back(new_user());
    auto history = random_history(random, users, 1600);
    auto repeated = history;
    repeated.resize(400);
    history.insert(history.end(), repeated.begin(), repeated.end());
    std::ranges::shuffle(history, random);
    for (std::size_t sent = 0; sent < history.size();) {
        auto size = std::min(std::uniform_int_distribution<std::size_t>(1, 700)(random), history.size() - sent);
        auto first = history.begin() + static_cast<std::ptrdiff_t>(sent);
        publish({first, first + static_cast<std::ptrdiff_t>(size)});
        sent += size;
    }
    EXPECT_GE(history.size(), 2000U);
    for (auto user : users) {
        EXPECT_EQ(days_of(user), expected_days(history, user));
        EXPECT_EQ(lifetime_of(user), fold_lifetime(run(io_, list_completed_sessions(session_, user))).to_json());
        EXPECT_FALSE(days_of(user).empty());
    }
}

TEST_F(ProjectionTest, ALateSessionAmongThousandsIsFoldedInSeveralLoopIterations) {
    const auto user = new_user();
    std::vector<Fact> history;
    for (int i = 0; i < 2500; ++i) history.push_back({.user = user, .date = kMonday - days(i % 700)});
    publish(history);
    publish({Fact{.user = user, .date = kMonday - days(701)}});
    EXPECT_EQ(lifetime_of(user), fold_lifetime(run(io_, list_completed_sessions(session_, user))).to_json());

    auto sessions = run(io_, session_.query(completed_sessions_statement(user), user));
    consumer_.stop();
    database_.stop();
    postgres::run_to_end(io_);
    std::optional<std::string> totals;
    asio::co_spawn(io_, fold_lifetime(std::move(sessions)),
                   [&](std::exception_ptr, const LifetimeTotals& all) { totals = all.to_json(); });
    io_.restart();
    int turns = 0;
    for (; !totals; ++turns) io_.run_one();
    EXPECT_GE(turns, 3);
}

}  // namespace
}  // namespace mindspace::analytics
