#include "services/analytics/verification/rebuild.h"

#include "platform/postgres/connection/session.h"
#include "platform/postgres/values/sql.h"
#include "services/analytics/facts/projection.h"
#include "services/analytics/statistics/lifetimes.h"
#include "services/analytics/statistics/streaks.h"
#include "services/analytics/verification/truth.h"
#include "services/user/client.h"

#include <vector>

namespace mindspace::analytics {

using postgres::ComposedStatement;
using postgres::Statement;

namespace {

constexpr std::int64_t kUsersPerTransaction = 20;  // events wait for them

// Returns how many were wrong. A fact without a session stays, like that of a deleted session.
Awaitable<std::int64_t> restore_facts(postgres::Session& session, const std::vector<UserId>& users) {
    // The users are given twice, because otherwise the complete history of all users would be read for each batch.
    static constexpr Statement kExclude{"analytics_exclude_facts", R"(
        UPDATE session_facts SET counts = false
        WHERE user_id = ANY ($1) AND counts
          AND NOT EXISTS (SELECT FROM session_history AS truth
                          WHERE truth.user_id = ANY ($1) AND truth.user_id = session_facts.user_id
                            AND truth.session_id = session_facts.session_id))"};
    static constexpr ComposedStatement kRestore{
        "analytics_restore_facts",
        R"(INSERT INTO session_facts AS known (user_id, session_id, {}) SELECT user_id, session_id, {} FROM {} AS truth
        ON CONFLICT (user_id, session_id) DO UPDATE
        SET version = excluded.version, counts = excluded.counts, local_date = excluded.local_date,
            local_hour = excluded.local_hour, kind = excluded.kind, duration_seconds = excluded.duration_seconds,
            mood_before = excluded.mood_before, mood_after = excluded.mood_after, ended_at = excluded.ended_at
        WHERE known IS DISTINCT FROM excluded)",
        kFactColumns, kFactColumns, kTrueFacts};
    auto excluded_facts = co_await session.query(kExclude, users);
    auto restored = co_await session.query(kRestore, users);
    co_return excluded_facts.affected() + restored.affected();
}

Awaitable<> restore_totals(postgres::Session& session, const std::vector<UserId>& users) {
    static constexpr Statement kClear{"analytics_clear_totals", "DELETE FROM daily_totals WHERE user_id = ANY ($1)"};
    static constexpr ComposedStatement kAddUp{"analytics_add_up_totals",
                                              "INSERT INTO daily_totals ({}) SELECT {} FROM {} AS truth",
                                              kTotalsColumns, kTotalsColumns, kTrueTotals};
    co_await session.query(kClear, users);
    co_await session.query(kAddUp, users, kStreakSeconds);
}

// Uses the current time zone, because the zone at the time of registration is not stored.
Awaitable<> restore_registrations(postgres::Session& session, const std::vector<UserId>& users) {
    static constexpr Statement kRestore{"analytics_restore_registrations", R"(
        INSERT INTO user_facts AS known (user_id, registered_on)
        SELECT user_id, wall_time(created_at, timezone)::date FROM user_directory WHERE user_id = ANY ($1)
        ON CONFLICT (user_id) DO UPDATE SET registered_on = excluded.registered_on
        WHERE known.registered_on IS NULL AND NOT known.erased)"};
    co_await session.query(kRestore, users);
}

}  // namespace

Awaitable<Rebuilt> rebuild(postgres::Session& session, std::optional<UserId> user) {
    Rebuilt rebuilt;
    for (UserId last{};;) {
        std::vector<UserId> listed;
        if (user)
            listed.push_back(*user);
        else
            listed = co_await user::list_users(session, last, kUsersPerTransaction);
        co_await session.execute("BEGIN");
        co_await lock_projection(session);
        auto users = co_await user::lock_users(session, listed);
        rebuilt.facts += co_await restore_facts(session, users);
        co_await restore_totals(session, users);
        co_await restore_lifetimes(session, users);
        co_await restore_registrations(session, users);
        co_await record_change(session);
        co_await session.execute("COMMIT");
        rebuilt.users += std::ssize(users);
        if (user || std::ssize(listed) < kUsersPerTransaction) co_return rebuilt;
        last = listed.back();
    }
}

}  // namespace mindspace::analytics
