-- The peer's tables. Indexes are those that its statements need.
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    display_name text NOT NULL,
    timezone text NOT NULL DEFAULT 'UTC',
    locale text NOT NULL DEFAULT 'en',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now());

-- A login. Rotation replaces the hash; a hash that is not the current one ends the login.
CREATE TABLE refresh_sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    current_hash text NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz);
CREATE INDEX refresh_sessions_user ON refresh_sessions (user_id);

CREATE TABLE meditation_sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    status text NOT NULL,
    kind text NOT NULL,
    planned_seconds integer NOT NULL,
    duration_seconds integer,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    local_date date NOT NULL,
    timezone text NOT NULL,
    mood_before smallint,
    mood_after smallint,
    note text,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX meditation_sessions_page ON meditation_sessions (user_id, started_at DESC, id DESC);
CREATE UNIQUE INDEX meditation_sessions_active ON meditation_sessions (user_id) WHERE status = 'active';

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL,
    user_id uuid NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE daily_totals (
    user_id uuid NOT NULL,
    day date NOT NULL,
    sessions integer NOT NULL,
    seconds bigint NOT NULL,
    mood_before_sum integer NOT NULL,
    mood_before_count integer NOT NULL,
    mood_after_sum integer NOT NULL,
    mood_after_count integer NOT NULL,
    by_kind jsonb NOT NULL,
    last_ended_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, day));

CREATE FUNCTION add_kinds(jsonb, jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(key, seconds) FROM (
        SELECT key, sum(value::bigint) AS seconds
        FROM (SELECT * FROM jsonb_each_text($1) UNION ALL SELECT * FROM jsonb_each_text($2)) AS each GROUP BY key) AS sums
$$;

CREATE TABLE groups (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    host_id uuid NOT NULL REFERENCES users (id),
    title text NOT NULL,
    kind text NOT NULL,
    planned_seconds integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
