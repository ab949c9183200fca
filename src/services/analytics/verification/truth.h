#pragma once
// Facts and totals as they should be, in the words of the tables: for statements that make, compare or restore them.

// Columns of a fact, apart from its key.
#define FACT_COLUMNS \
    "version, counts, local_date, local_hour, kind, duration_seconds, mood_before, mood_after, ended_at"

// A subquery: the facts that follow from the history of the users in $1.
#define TRUE_FACTS                                                                          \
    "(SELECT user_id, session_id, version, status = 'completed' AS counts, local_date, "    \
    "extract(hour FROM wall_time(started_at, timezone))::smallint AS local_hour, kind, "    \
    "coalesce(duration_seconds, 0) AS duration_seconds, mood_before, mood_after, ended_at " \
    "FROM meditation_sessions WHERE user_id = ANY ($1))"

#define TOTALS_COLUMNS                                                                                              \
    "user_id, local_date, sessions, streak_sessions, seconds, mood_before_sum, mood_before_count, mood_after_sum, " \
    "mood_after_count, seconds_by_kind"

// A subquery: the totals of all days that FACTS (a FROM and a WHERE clause) yield facts of; STREAK_SECONDS is the
// parameter that holds kStreakSeconds.
#define TOTALS_OF(FACTS, STREAK_SECONDS)                                                                              \
    "(SELECT user_id, local_date, sum(sessions)::integer AS sessions, "                                               \
    "sum(streak_sessions)::integer AS streak_sessions, sum(seconds)::bigint AS seconds, "                             \
    "sum(before_sum)::integer AS mood_before_sum, sum(before_count)::integer AS mood_before_count, "                  \
    "sum(after_sum)::integer AS mood_after_sum, sum(after_count)::integer AS mood_after_count, "                      \
    "'{' || string_agg('\"' || kind || '\":' || seconds, ',' ORDER BY kind COLLATE \"C\") || '}' AS seconds_by_kind " \
    "FROM (SELECT user_id, local_date, kind, count(*)::integer AS sessions, "                                         \
    "count(*) FILTER (WHERE duration_seconds >= " STREAK_SECONDS                                                      \
    ") AS streak_sessions, "                                                                                          \
    "sum(duration_seconds) AS seconds, coalesce(sum(mood_before), 0) AS before_sum, "                                 \
    "count(mood_before) AS before_count, coalesce(sum(mood_after), 0) AS after_sum, "                                 \
    "count(mood_after) AS after_count " FACTS                                                                         \
    " GROUP BY user_id, local_date, kind) AS by_kind "                                                                \
    "GROUP BY user_id, local_date)"

// The totals of all days of the users in $1; $2 is kStreakSeconds.
#define TRUE_TOTALS TOTALS_OF("FROM session_facts WHERE user_id = ANY ($1) AND counts", "$2")
