#pragma once
// Facts and totals as they should be, in the form of the tables: for statements that create, compare or restore them.

#include "platform/postgres/values/sql.h"

namespace mindspace::analytics {

// Columns of a fact, apart from its key.
inline constexpr char kFactColumns[] =
    "version, counts, local_date, local_hour, kind, duration_seconds, mood_before, mood_after, ended_at";

// A subquery: the facts derived from the history of the users in $1.
inline constexpr char kTrueFacts[] = R"((
        SELECT user_id, session_id, version, status = 'completed' AS counts, local_date,
               extract(hour FROM wall_time(started_at, timezone))::smallint AS local_hour, kind,
               coalesce(duration_seconds, 0) AS duration_seconds, mood_before, mood_after, ended_at
        FROM session_history WHERE user_id = ANY ($1)))";

inline constexpr char kTotalsColumns[] =
    "user_id, local_date, sessions, streak_sessions, seconds, mood_before_sum, mood_before_count, mood_after_sum, "
    "mood_after_count, seconds_by_kind";

// A subquery: the totals of all days that have facts in `facts` (a FROM and a WHERE clause); `streak_seconds` is the
// parameter that holds kStreakSeconds.
template <std::size_t N, std::size_t M>
consteval auto totals_of(const char (&facts)[N], const char (&streak_seconds)[M]) {
    return postgres::sql(R"((
        SELECT user_id, local_date, sum(sessions)::integer AS sessions,
               sum(streak_sessions)::integer AS streak_sessions, sum(seconds)::bigint AS seconds,
               sum(before_sum)::integer AS mood_before_sum, sum(before_count)::integer AS mood_before_count,
               sum(after_sum)::integer AS mood_after_sum, sum(after_count)::integer AS mood_after_count,
               '{{' || string_agg('"' || kind || '":' || seconds, ',' ORDER BY kind COLLATE "C") || '}}'
                   AS seconds_by_kind
        FROM (SELECT user_id, local_date, kind, count(*)::integer AS sessions,
                     count(*) FILTER (WHERE duration_seconds >= {}) AS streak_sessions,
                     sum(duration_seconds) AS seconds, coalesce(sum(mood_before), 0) AS before_sum,
                     count(mood_before) AS before_count, coalesce(sum(mood_after), 0) AS after_sum,
                     count(mood_after) AS after_count
              {} GROUP BY user_id, local_date, kind) AS by_kind
        GROUP BY user_id, local_date))",
                         streak_seconds, facts);
}

// The totals of all days of the users in $1; $2 is kStreakSeconds.
inline constexpr auto kTrueTotals = totals_of("FROM session_facts WHERE user_id = ANY ($1) AND counts", "$2");

}  // namespace mindspace::analytics
