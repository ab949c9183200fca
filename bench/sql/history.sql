-- The statement of a page of history, on the partition and for one of the users that {users} lists.
\set u random(1, {count})
SELECT session_id, status, kind, planned_seconds, duration_seconds, started_at, ended_at, local_date, timezone, group_id,
       mood_before, mood_after, note, source, created_at, updated_at, version, lapsed_at
FROM meditation_sessions_{partition}
WHERE user_id = ({users})[:u] AND (started_at, session_id) < ('infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
ORDER BY started_at DESC, session_id DESC LIMIT 21;
