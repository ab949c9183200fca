#include "services/analytics/client.h"

#include "platform/postgres/connection/client.h"
#include "services/analytics/statistics/lifetimes.h"

namespace mindspace::analytics {

namespace {

// Takes its parameters by value: the caller's might not outlive the first suspension.
Awaitable<LifetimeTotals> recompute_lifetime(postgres::Client& database, UserId user, std::vector<LocalDate> skipped) {
    auto rows = co_await database.query(completed_sessions_statement(user), user);
    co_return co_await fold_lifetime(std::move(rows), std::move(skipped));
}

}  // namespace

Awaitable<Lifetime> find_lifetime(postgres::Client& database, UserId user, LocalDate today, std::string timezone) {
    static constexpr postgres::Statement kFind{"analytics_find_lifetime",
                                               "SELECT totals FROM lifetimes WHERE user_id = $1"};
    auto rows = co_await database.query(kFind, user);
    std::vector<LocalDate> skipped;
    LifetimeTotals totals;
    if (rows.empty())
        totals = co_await recompute_lifetime(database, user, skipped);
    else
        totals = LifetimeTotals::from_json(rows[0].get<std::string_view>(0));
    skipped = totals.streak_days().skipped_dates(timezone, today);
    if (!skipped.empty()) totals = co_await recompute_lifetime(database, user, skipped);
    co_return totals.as_of(today, skipped);
}

Awaitable<user::UserStats> find_stats(postgres::Client& database, UserId user, LocalDate today, std::string timezone) {
    auto lifetime = co_await find_lifetime(database, user, today, std::move(timezone));
    user::UserStats stats{.total_sessions = lifetime.sessions,
                          .total_seconds = lifetime.seconds,
                          .current_streak_days = lifetime.streaks.current_days,
                          .longest_streak_days = lifetime.streaks.longest_days,
                          .last_session_at = lifetime.last_session_at,
                          .average_seconds = lifetime.sessions == 0 ? 0 : lifetime.seconds / lifetime.sessions,
                          .milestones = {}};
    for (auto& reached : lifetime.milestones)
        stats.milestones.push_back({std::move(reached.kind), reached.value, reached.at});
    co_return stats;
}

}  // namespace mindspace::analytics
