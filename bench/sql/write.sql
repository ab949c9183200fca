-- Two transactions, a start and its completion: the bare changes with their events.
\set u random(1, {count})
\set high random(0, 4294967295)
\set low random(0, 281474976710655)
INSERT INTO meditation_sessions_{partition} (user_id, session_id, status, kind, planned_seconds, started_at, local_date,
                                            timezone, mood_before, source, created_at, updated_at)
VALUES (({users})[:u], (lpad(to_hex(:high::bigint), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(:low::bigint), 12, '0'))::uuid,
        'active', 'breathing', 600, now(), current_date, 'UTC', 3, 'live', now(), now()) ON CONFLICT DO NOTHING;
WITH changed AS (
    UPDATE meditation_sessions_{partition}
    SET status = 'completed', ended_at = now(), updated_at = now(), version = version + 1, duration_seconds = 0, mood_after = 4
    WHERE user_id = ({users})[:u]
      AND session_id = (lpad(to_hex(:high::bigint), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(:low::bigint), 12, '0'))::uuid
    RETURNING *)
INSERT INTO outbox (type, user_id, payload, occurred_at)
SELECT 'session.completed', user_id, jsonb_build_object('id', session_id, 'version', version, 'status', status, 'kind', kind,
       'plannedSeconds', planned_seconds, 'durationSeconds', duration_seconds, 'startedAt', started_at, 'endedAt', ended_at,
       'localDate', local_date, 'timezone', timezone, 'groupId', group_id, 'moodBefore', mood_before, 'moodAfter', mood_after,
       'source', source), now() FROM changed;
