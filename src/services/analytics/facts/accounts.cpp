#include "services/analytics/facts/accounts.h"

#include "platform/events/personal_events.h"
#include "platform/postgres/connection/session.h"

namespace mindspace::analytics {

using postgres::Statement;

Awaitable<> store_registrations(postgres::Session& session, Registrations registrations) {
    static constexpr Statement kStore{"analytics_store_registrations", R"(
        INSERT INTO user_facts AS known (user_id, registered_on)
        SELECT DISTINCT ON (user_id) user_id, wall_time(at, timezone)::date
        FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS registration (user_id, at, timezone)
        ORDER BY user_id, at
        ON CONFLICT (user_id) DO UPDATE SET registered_on = excluded.registered_on
        WHERE known.registered_on IS NULL AND NOT known.erased)"};
    co_await session.query(kStore, registrations.users, registrations.at, registrations.timezones);
}

Awaitable<> erase_accounts(postgres::Session& session, std::vector<UserId> users) {
    // A user who is already erased has neither totals nor a registration, and so is counted once.
    static constexpr Statement kFoldCohorts{"analytics_fold_cohorts", R"(
        INSERT INTO erased_cohorts AS known (cohort_week, week, active_users)
        SELECT cohort_week, week, count(DISTINCT user_id) FROM user_weeks WHERE user_id = ANY ($1)
        GROUP BY cohort_week, week
        ON CONFLICT (cohort_week, week) DO UPDATE SET active_users = known.active_users + excluded.active_users)"};
    static constexpr Statement kFoldPeriods{"analytics_fold_periods", R"(
        INSERT INTO erased_periods AS known (grain, first_day, active_users, new_users, sessions, seconds)
        SELECT grain, first_day, count(DISTINCT user_id) FILTER (WHERE sessions > 0), sum(registrations),
               sum(sessions), sum(seconds)
        FROM user_periods WHERE user_id = ANY ($1)
        GROUP BY grain, first_day
        ON CONFLICT (grain, first_day) DO UPDATE
        SET active_users = known.active_users + excluded.active_users, new_users = known.new_users + excluded.new_users,
            sessions = known.sessions + excluded.sessions, seconds = known.seconds + excluded.seconds)"};
    static constexpr Statement kErase{"analytics_erase_accounts", R"(
        INSERT INTO user_facts (user_id, erased)
        SELECT DISTINCT user_id, true FROM unnest($1::uuid[]) AS event (user_id)
        ON CONFLICT (user_id) DO UPDATE SET erased = true, registered_on = NULL, fence = NULL)"};
    static constexpr Statement kDeleteTotals{"analytics_delete_totals",
                                             "DELETE FROM daily_totals WHERE user_id = ANY ($1)"};
    static constexpr Statement kDeleteLifetimes{"analytics_delete_lifetimes",
                                                "DELETE FROM lifetimes WHERE user_id = ANY ($1)"};
    static constexpr Statement kDeleteFacts{"analytics_delete_facts",
                                            "DELETE FROM session_facts WHERE user_id = ANY ($1)"};
    co_await session.query(kFoldCohorts, users);
    co_await session.query(kFoldPeriods, users);
    co_await session.query(kErase, users);
    co_await session.query(kDeleteTotals, users);
    co_await session.query(kDeleteLifetimes, users);
    co_await session.query(kDeleteFacts, users);
    co_await events::forget_events(session, std::move(users));
}

}  // namespace mindspace::analytics
