#include "services/analytics/verification/verify.h"

#include "platform/async/sleep.h"
#include "platform/postgres/connection/session.h"
#include "platform/postgres/values/sql.h"
#include "services/analytics/facts/projection.h"
#include "services/analytics/statistics/lifetimes.h"
#include "services/analytics/statistics/streaks.h"
#include "services/analytics/verification/truth.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

namespace mindspace::analytics {

using postgres::ComposedStatement;
using postgres::Statement;

namespace {

constexpr std::size_t kUsersPerStep = 50;
constexpr Milliseconds kFencePoll{100};

// Facts that have not reached a version yet.
struct LaggingFacts {
    std::vector<UserId> users;
    std::vector<Uuid> sessions;
    std::vector<std::int32_t> versions;
};

using Users = std::set<UserId>;

std::vector<UserId> list(const Users& users) {
    return {users.begin(), users.end()};
}

struct Comparison {
    Users diverging;
    LaggingFacts lagging;
};

// Within a transaction. If a session is gone, its fact has to reach the version after the current one. One that has not
// ended needs no fact.
Awaitable<Comparison> compare(postgres::Session& session, std::vector<UserId> users) {
    static constexpr ComposedStatement kCompare{"analytics_compare_facts",
                                                R"(
        WITH truth AS {},
        fact AS (SELECT user_id, session_id, {} FROM session_facts WHERE user_id = ANY ($1)),
        total AS {}
        SELECT user_id, session_id,
               CASE WHEN truth.version IS NULL THEN fact.version + 1
                    WHEN fact.version IS NULL OR fact.version < truth.version THEN truth.version END
        FROM truth FULL JOIN fact USING (user_id, session_id)
        WHERE truth IS DISTINCT FROM fact
          AND CASE WHEN truth.version IS NULL THEN fact.counts ELSE truth.ended_at IS NOT NULL OR fact.version IS NOT NULL END
        UNION ALL
        (SELECT user_id, NULL, NULL FROM (SELECT {} FROM total EXCEPT
            SELECT {} FROM daily_totals WHERE user_id = ANY ($1)) AS missing)
        UNION ALL
        (SELECT user_id, NULL, NULL FROM (SELECT {} FROM daily_totals WHERE user_id = ANY ($1) EXCEPT
            SELECT {} FROM total) AS surplus))",
                                                kTrueFacts,
                                                kFactColumns,
                                                kTrueTotals,
                                                kTotalsColumns,
                                                kTotalsColumns,
                                                kTotalsColumns,
                                                kTotalsColumns};
    Comparison comparison;
    auto rows = co_await session.query(kCompare, users, kStreakSeconds);
    for (auto row : rows) {
        auto user = row.get<UserId>(0);
        auto version = row.get<std::optional<std::int32_t>>(2);
        if (!version) {
            comparison.diverging.insert(user);
            continue;
        }
        comparison.lagging.users.push_back(user);
        comparison.lagging.sessions.push_back(row.get<Uuid>(1));
        comparison.lagging.versions.push_back(*version);
    }
    auto wrong = co_await list_wrong_lifetimes(session, std::move(users));
    comparison.diverging.insert(wrong.begin(), wrong.end());
    co_return comparison;
}

// In one snapshot, without a lock: events continue to be projected. On a cluster each part of a statement has its own
// snapshot, so a divergence seen here may not be one.
Awaitable<Comparison> compare_unlocked(postgres::Session& session, std::vector<UserId> users) {
    co_await session.execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan");
    auto comparison = co_await compare(session, std::move(users));
    co_await session.execute("COMMIT");
    co_return comparison;
}

// Under the projection's lock: totals agree with facts then, on a cluster, too. One user at a time, so that events wait
// for at most one comparison.
Awaitable<Comparison> compare_locked(postgres::Session& session, UserId user) {
    std::vector<UserId> one{user};
    co_await session.execute("BEGIN");
    co_await lock_projection(session);
    auto comparison = co_await compare(session, std::move(one));
    co_await session.execute("COMMIT");
    co_return comparison;
}

void append(const LaggingFacts& more, LaggingFacts& lagging) {
    lagging.users.insert(lagging.users.end(), more.users.begin(), more.users.end());
    lagging.sessions.insert(lagging.sessions.end(), more.sessions.begin(), more.sessions.end());
    lagging.versions.insert(lagging.versions.end(), more.versions.begin(), more.versions.end());
}

Awaitable<> publish_fences(postgres::Session& session, std::vector<UserId> users, Uuid fence) {
    static constexpr Statement kPublish{"analytics_publish_fences", R"(
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT $1, user_id, jsonb_build_object('fence', $2::uuid), now() FROM unnest($3::uuid[]) AS fenced (user_id))"};
    co_await session.query(kPublish, kFenceEvent, fence, users);
}

// Those of `users` whose fence has not been handled. The remaining events of an erased account no longer matter.
Awaitable<std::vector<UserId>> list_waiting(postgres::Session& session, std::vector<UserId> users, Uuid fence) {
    static constexpr Statement kList{"analytics_list_waiting", R"(
        SELECT user_id FROM unnest($1::uuid[]) AS fenced (user_id)
        WHERE user_id NOT IN (SELECT user_id FROM user_facts WHERE user_id = ANY ($1) AND (fence = $2 OR erased)))"};
    auto rows = co_await session.query(kList, users, fence);
    std::vector<UserId> waiting;
    for (auto row : rows) waiting.push_back(row.get<UserId>(0));
    co_return waiting;
}

Awaitable<std::vector<UserId>> wait_for_fences(postgres::Session& session, std::vector<UserId> users, Uuid fence,
                                               Milliseconds max_wait) {
    auto give_up_at = std::chrono::steady_clock::now() + max_wait;
    while (true) {
        users = co_await list_waiting(session, std::move(users), fence);
        if (users.empty() || std::chrono::steady_clock::now() >= give_up_at) co_return users;
        co_await sleep_for(kFencePoll);
    }
}

// The users who still have a fact below the version that it had to reach.
Awaitable<Users> list_lost(postgres::Session& session, LaggingFacts lagging) {
    static constexpr Statement kList{"analytics_list_lost", R"(
        WITH fact AS MATERIALIZED (
            SELECT user_id, session_id, version FROM session_facts
            WHERE user_id = ANY ($1) AND session_id = ANY ($2))
        SELECT DISTINCT user_id
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS expected (user_id, session_id, version)
        LEFT JOIN fact USING (user_id, session_id)
        WHERE (fact.version IS NULL OR fact.version < expected.version)
          AND user_id NOT IN (SELECT user_id FROM user_facts WHERE user_id = ANY ($1) AND erased))"};
    auto rows = co_await session.query(kList, lagging.users, lagging.sessions, lagging.versions);
    Users lost;
    for (auto row : rows) lost.insert(row.get<UserId>(0));
    co_return lost;
}

}  // namespace

Awaitable<Verification> verify(postgres::Session& session, std::vector<UserId> users, Milliseconds max_wait) {
    Users diverging;
    LaggingFacts lagging;
    for (std::size_t first = 0; first < users.size(); first += kUsersPerStep) {
        auto last = std::min(first + kUsersPerStep, users.size());
        std::vector<UserId> some(users.begin() + static_cast<std::ptrdiff_t>(first),
                                 users.begin() + static_cast<std::ptrdiff_t>(last));
        auto seen = co_await compare_unlocked(session, std::move(some));
        append(seen.lagging, lagging);
        for (auto user : seen.diverging) {
            auto confirmed = co_await compare_locked(session, user);
            append(confirmed.lagging, lagging);
            diverging.merge(confirmed.diverging);
        }
    }
    std::vector<UserId> undecided;
    if (!lagging.users.empty()) {
        auto fence = Uuid::v7(SystemClock{}.now());
        auto fenced = list(Users(lagging.users.begin(), lagging.users.end()));
        co_await publish_fences(session, fenced, fence);
        undecided = co_await wait_for_fences(session, std::move(fenced), fence, max_wait);
        auto lost = co_await list_lost(session, std::move(lagging));
        for (auto user : undecided) lost.erase(user);
        diverging.merge(lost);
    }
    std::erase_if(undecided, [&](UserId user) { return diverging.contains(user); });
    co_return Verification{.users = std::ssize(users), .diverging = list(diverging), .undecided = std::move(undecided)};
}

}  // namespace mindspace::analytics
