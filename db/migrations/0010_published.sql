-- What a service publishes of its tables for the statements of others, which read nothing else of them
-- (docs/architecture.md). The planner reads through a view as if its table stood there.

-- user service
CREATE VIEW user_directory AS
    SELECT user_id, email, email_verified, display_name, timezone, day_start_hour, role, created_at FROM users;

-- meditation service: what the analytics follow.
CREATE VIEW session_history AS
    SELECT user_id, session_id, version, status, kind, duration_seconds, started_at, ended_at, local_date, timezone,
           mood_before, mood_after
    FROM meditation_sessions;

-- For the statements of an export: a point in time as the API writes it, and the key of the last item as a UUID, "" at
-- first.
CREATE FUNCTION json_time(timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
CREATE FUNCTION after_id(text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid
$$;

-- Events put aside, by their age for retention, and by their user for the end of an account.
CREATE INDEX dead_letters_age ON dead_letters (put_aside_at);
CREATE INDEX dead_letters_user ON dead_letters (user_id);
