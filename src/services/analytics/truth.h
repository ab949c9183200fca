#pragma once
// What the history says of sessions, in the words of session_facts: for statements that compare or restore them.

// Columns of a fact, apart from its key.
#define FACT_COLUMNS \
    "version, counts, local_date, local_hour, kind, duration_seconds, mood_before, mood_after, ended_at"

// A subquery: the facts as they should be, of the users in $1.
#define TRUE_FACTS                                                                          \
    "(SELECT user_id, session_id, version, status = 'completed' AS counts, local_date, "    \
    "extract(hour FROM wall_time(started_at, timezone))::smallint AS local_hour, kind, "    \
    "coalesce(duration_seconds, 0) AS duration_seconds, mood_before, mood_after, ended_at " \
    "FROM meditation_sessions WHERE user_id = ANY ($1))"

// A subquery: the totals that follow from the facts of the users in $1; $2 is kStreakSeconds.
#define TRUE_TOTALS                                                                                               \
    "(SELECT user_id, local_date, kind, count(*)::integer AS sessions, "                                          \
    "(count(*) FILTER (WHERE duration_seconds >= $2))::integer AS streak_sessions, "                              \
    "sum(duration_seconds) AS seconds, coalesce(sum(mood_before), 0)::integer AS mood_before_sum, "               \
    "count(mood_before)::integer AS mood_before_count, coalesce(sum(mood_after), 0)::integer AS mood_after_sum, " \
    "count(mood_after)::integer AS mood_after_count "                                                             \
    "FROM session_facts WHERE user_id = ANY ($1) AND counts GROUP BY user_id, local_date, kind)"

#define TOTALS_COLUMNS                                                                                    \
    "user_id, local_date, kind, sessions, streak_sessions, seconds, mood_before_sum, mood_before_count, " \
    "mood_after_sum, mood_after_count"
