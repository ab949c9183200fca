#include "services/analytics/store.h"

#include "platform/postgres/client.h"
#include "platform/postgres/hash_partition.h"

namespace mindspace::analytics {

using postgres::Statement;

namespace {

// How long after its planned end somebody's session is still taken for one that goes on, and how long after the last
// sign of life somebody is still taken to be with a group: three of the refreshes by the node that holds their socket.
constexpr double kOvertimeSeconds = 300;
constexpr double kPresenceSeconds = 45;

}  // namespace

Awaitable<std::vector<DailyTotals>> AnalyticsStore::list_days(UserId user, Range range) {
    static constexpr Statement kList{"analytics_list_days", R"(
        SELECT local_date, kind, sessions, seconds, mood_before_sum, mood_before_count, mood_after_sum, mood_after_count
        FROM daily_totals WHERE user_id = $1 AND local_date BETWEEN $2 AND $3 ORDER BY local_date)"};
    auto rows = co_await replicas_.query(user, kList, user, range.from, range.to);
    std::vector<DailyTotals> days;
    days.reserve(rows.size());
    for (auto row : rows)
        days.push_back({.date = row.get<LocalDate>(0),
                        .kind = row.get<std::string>(1),
                        .sessions = row.get<std::int32_t>(2),
                        .seconds = row.get<std::int64_t>(3),
                        .mood_before_sum = row.get<std::int32_t>(4),
                        .mood_before_count = row.get<std::int32_t>(5),
                        .mood_after_sum = row.get<std::int32_t>(6),
                        .mood_after_count = row.get<std::int32_t>(7)});
    co_return days;
}

Awaitable<History> AnalyticsStore::find_history(UserId user) {
    // Arrays, because thousands of days in one row cost much less than in a row each.
    static const postgres::PartitionedStatement kFind{"analytics_find_history", R"(
        SELECT coalesce(array_agg(local_date), '{}'), coalesce(array_agg(sessions), '{}'),
               coalesce(array_agg(seconds), '{}'), coalesce(array_agg(keeps_streak), '{}'),
               (SELECT kind FROM daily_totals WHERE user_id = $1
                GROUP BY kind ORDER BY sum(sessions) DESC, sum(seconds) DESC, kind LIMIT 1),
               (SELECT local_hour FROM session_facts_N WHERE user_id = $1 AND counts
                GROUP BY local_hour ORDER BY count(*) DESC, local_hour LIMIT 1)
        FROM (SELECT local_date, sum(sessions) AS sessions, sum(seconds)::bigint AS seconds,
                     bool_or(streak_sessions > 0) AS keeps_streak
              FROM daily_totals WHERE user_id = $1 GROUP BY local_date ORDER BY local_date) AS day)"};
    auto rows = co_await replicas_.query(user, kFind.of(user), user);
    const auto row = rows[0];
    auto dates = row.get<std::vector<LocalDate>>(0);
    auto sessions = row.get<std::vector<std::int64_t>>(1);
    auto seconds = row.get<std::vector<std::int64_t>>(2);
    auto keeps_streak = row.get<std::vector<bool>>(3);
    History history{.days = {},
                    .favourite_kind = row.get<std::optional<std::string>>(4),
                    .favourite_hour = row.get<std::optional<std::int16_t>>(5)};
    history.days.reserve(dates.size());
    for (std::size_t i = 0; i < dates.size(); ++i)
        history.days.push_back(
            {.date = dates[i], .sessions = sessions[i], .seconds = seconds[i], .keeps_streak = keeps_streak[i]});
    co_return history;
}

Awaitable<Now> AnalyticsStore::count_now(Timestamp now) {
    // People, not sessions: who sits with a group and has a session of their own counts once.
    static constexpr Statement kCount{"analytics_count_now", R"(
        WITH running AS (SELECT group_id FROM groups WHERE state = 'running' AND ends_at > $1),
        meditating AS (
            SELECT user_id FROM meditation_sessions
            WHERE status = 'active' AND started_at + make_interval(secs => planned_seconds + $2) > $1
            UNION
            SELECT user_id FROM group_attendance JOIN running USING (group_id)
            WHERE present_since IS NOT NULL AND seen_at > $1 - make_interval(secs => $3))
        SELECT (SELECT count(*) FROM meditating), (SELECT count(*) FROM running))"};
    auto rows = co_await database_.query(kCount, now, kOvertimeSeconds, kPresenceSeconds);
    co_return Now{
        .meditating = rows[0].get<std::int64_t>(0), .groups_running = rows[0].get<std::int64_t>(1), .as_of = now};
}

}  // namespace mindspace::analytics
