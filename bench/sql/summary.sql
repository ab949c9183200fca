-- The statement of the summary: the lifetime, and the days of two months.
\set u random(1, {count})
SELECT (SELECT totals FROM lifetimes WHERE user_id = ({users})[:u]), coalesce(array_agg(local_date), '{{}}'),
       coalesce(array_agg(sessions), '{{}}'), coalesce(array_agg(seconds), '{{}}')
FROM (SELECT local_date, sessions, seconds FROM daily_totals
      WHERE user_id = ({users})[:u] AND local_date BETWEEN current_date - 61 AND current_date ORDER BY local_date) AS day;
