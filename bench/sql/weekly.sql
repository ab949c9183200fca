-- The statement of a series of twelve weeks.
\set u random(1, {count})
SELECT local_date, sessions, seconds, mood_before_sum, mood_before_count, mood_after_sum, mood_after_count, seconds_by_kind
FROM daily_totals WHERE user_id = ({users})[:u] AND local_date BETWEEN current_date - 83 AND current_date ORDER BY local_date;
