-- Every table of users' data has user_id first in its key, and every statement on the hot path names it: the schema
-- can be hash-partitioned and distributed without a change of code.

-- Sixteen parts of a large table by user: each is vacuumed, its indexes built and its pages kept by itself.
CREATE FUNCTION create_hash_partitions(parent text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
                       parent || '_' || part, parent, part);
    END LOOP;
END
$$;

-- What the clock on the wall shows in an IANA zone. The four names are also abbreviations, which the server prefers, and
-- which know no summer; they stand for the same rules as these places.
CREATE FUNCTION wall_time(at timestamptz, zone text) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$
    SELECT at AT TIME ZONE CASE zone WHEN 'CET' THEN 'Europe/Brussels' WHEN 'MET' THEN 'Europe/Brussels'
                                     WHEN 'EET' THEN 'Europe/Athens' WHEN 'WET' THEN 'Europe/Lisbon' ELSE zone END
$$;

-- user service ---------------------------------------------------------------------------------------------------

CREATE TABLE users (
    user_id            uuid PRIMARY KEY,
    email              text NOT NULL,
    email_verified     boolean NOT NULL DEFAULT false,
    display_name       text NOT NULL,
    timezone           text NOT NULL,
    locale             text NOT NULL,
    avatar_url         text,
    daily_goal_seconds integer NOT NULL DEFAULT 600,
    day_start_hour     smallint NOT NULL DEFAULT 0,
    role               text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    version            integer NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL
);

-- Those of the users who are there, held until the end of the transaction: nobody deletes them meanwhile.
CREATE FUNCTION hold_users(uuid[]) RETURNS TABLE (user_id uuid, timezone text, day_start_hour smallint)
LANGUAGE sql AS $$
    SELECT user_id, timezone, day_start_hour FROM users WHERE user_id = ANY ($1) FOR KEY SHARE
$$;

-- auth service ---------------------------------------------------------------------------------------------------

-- Which account an address belongs to. A table of its own, because uniqueness of the address is not by user.
CREATE TABLE login_emails (
    email_key text PRIMARY KEY,
    user_id   uuid NOT NULL
);

CREATE TABLE credentials (
    user_id       uuid PRIMARY KEY,
    password_hash text NOT NULL,
    changed_at    timestamptz NOT NULL, -- when the password was chosen; a stronger hash of the same one keeps it
    disabled_at   timestamptz           -- by an operator: no login from then on
);

-- A login on one device. Refresh tokens are kept as hashes only; rotation_salt derives the successor of the previous
-- token from that token, so that a client that lost the answer can ask again.
CREATE TABLE auth_sessions (
    user_id         uuid NOT NULL,
    auth_session_id uuid NOT NULL,
    device_name     text,
    ip              text NOT NULL,
    user_agent      text NOT NULL,
    tag_key         bytea NOT NULL,
    current_hash    bytea NOT NULL,
    previous_hash   bytea,
    rotation_salt   bytea,
    rotated_at      timestamptz,
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    PRIMARY KEY (user_id, auth_session_id)
);

CREATE INDEX auth_sessions_revoked ON auth_sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- Whatever ends a login session, every process hears of it with the commit.
CREATE FUNCTION notify_auth_session_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('auth_session_revoked', OLD.auth_session_id::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER auth_session_revoked AFTER UPDATE OF revoked_at ON auth_sessions FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION notify_auth_session_revoked();
CREATE TRIGGER auth_session_erased AFTER DELETE ON auth_sessions FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL) EXECUTE FUNCTION notify_auth_session_revoked();

-- The public halves of the keys that sign access tokens; every role verifies with them.
CREATE TABLE signing_keys (
    kid        text PRIMARY KEY,
    public_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    replaces   text,       -- the kid that its owner signed with before
    retires_at timestamptz -- when the last token that it signed has expired; NULL: it signs
);

-- What happened to an account, for its owner and for operators. Rows are only ever added.
CREATE TABLE audit_log (
    user_id         uuid NOT NULL,
    audit_id        uuid NOT NULL, -- UUIDv7: in the order of time
    at              timestamptz NOT NULL,
    action          text NOT NULL,
    auth_session_id uuid,          -- the login session that it is about
    ip              text NOT NULL,
    user_agent      text NOT NULL,
    detail          jsonb NOT NULL,
    PRIMARY KEY (user_id, audit_id)
);

CREATE INDEX audit_log_age ON audit_log USING brin (at);

-- The token of the last mail of a kind, as a hash. A newer one replaces it; once used it has none. issued_at stays, so
-- that the next mail can be kept away for a while.
CREATE TABLE one_time_tokens (
    user_id    uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('email_verification', 'password_reset')),
    token_hash bytea,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, kind)
);
CREATE INDEX one_time_tokens_age ON one_time_tokens (expires_at);

-- Who forgot their password, by the address that they named, known or not. Rows go when they are resolved; a process
-- claims one by moving next_attempt_at to the end of its lease.
CREATE TABLE reset_requests (
    request_id      uuid PRIMARY KEY,
    email_key       text NOT NULL,
    ip              text NOT NULL,
    user_agent      text NOT NULL,
    requested_at    timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL
);
CREATE INDEX reset_requests_due ON reset_requests (next_attempt_at);

-- Mails to be sent, written in the transaction of what causes them. A sender claims a row by moving next_attempt_at to
-- the end of its lease; NULL means that nothing more is tried. The token is forgotten then.
CREATE TABLE mails (
    user_id         uuid NOT NULL,
    mail_id         uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('email_verification', 'password_reset')),
    recipient       text NOT NULL,
    locale          text NOT NULL,
    token           text,
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz,
    last_error      text,
    PRIMARY KEY (user_id, mail_id),
    CHECK (token IS NULL OR next_attempt_at IS NOT NULL)
);
CREATE INDEX mails_due ON mails (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX mails_done ON mails (created_at) WHERE next_attempt_at IS NULL;

-- every service ------------------------------------------------------------------------------------------------

-- First answers under an Idempotency-Key, for a day; NULL while the request is under way. user_id is zero for calls
-- without credentials.
CREATE TABLE idempotency_keys (
    user_id     uuid NOT NULL,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,
    creation_id uuid NOT NULL,
    claimed_at  timestamptz NOT NULL,
    answer      bytea,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (claimed_at);

-- meditation service ---------------------------------------------------------------------------------------------

CREATE TABLE meditation_sessions (
    user_id          uuid NOT NULL,
    session_id       uuid NOT NULL,
    status           text NOT NULL CHECK (status IN ('active', 'completed', 'abandoned')),
    kind             text NOT NULL,
    planned_seconds  integer NOT NULL,
    duration_seconds integer,
    started_at       timestamptz NOT NULL,
    ended_at         timestamptz,
    local_date       date NOT NULL,
    timezone         text NOT NULL,
    group_id         uuid,
    mood_before      smallint,
    mood_after       smallint,
    note             text,
    source           text NOT NULL CHECK (source IN ('live', 'import', 'group')),
    version          integer NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (user_id, session_id)
) PARTITION BY HASH (user_id);
SELECT create_hash_partitions('meditation_sessions');
CREATE UNIQUE INDEX meditation_sessions_one_active ON meditation_sessions (user_id) WHERE status = 'active';
-- Those that somebody may have forgotten to end.
CREATE INDEX meditation_sessions_active ON meditation_sessions (started_at) WHERE status = 'active';
CREATE INDEX meditation_sessions_history ON meditation_sessions (user_id, started_at DESC, session_id DESC);

-- The versions of deleted sessions. A session that is created again under such an id goes on from there.
CREATE TABLE deleted_sessions (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    version    integer NOT NULL,
    PRIMARY KEY (user_id, session_id)
);

CREATE TABLE groups (
    group_id         uuid PRIMARY KEY,
    host_id          uuid NOT NULL,
    host_name        text NOT NULL,
    title            text NOT NULL,
    description      text,
    kind             text NOT NULL,
    planned_seconds  integer NOT NULL,
    scheduled_for    timestamptz,
    visibility       text NOT NULL CHECK (visibility IN ('public', 'unlisted')),
    max_participants integer,
    state            text NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled', 'running', 'ended', 'cancelled')),
    started_at       timestamptz,
    ends_at          timestamptz,
    ended_at         timestamptz,
    end_reason       text,
    version          integer NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);
-- The order of the public list: soonest first, and unscheduled ones by when they were made.
CREATE INDEX groups_public ON groups (state, (coalesce(started_at, scheduled_for, created_at)), group_id)
    WHERE visibility = 'public';
CREATE INDEX groups_host ON groups (host_id);
CREATE INDEX groups_to_start ON groups (scheduled_for) WHERE state = 'scheduled';
CREATE INDEX groups_running ON groups (ends_at) WHERE state = 'running';

-- How long somebody sat with a running group, kept current by the nodes that hold their sockets.
CREATE TABLE group_attendance (
    user_id       uuid NOT NULL,
    group_id      uuid NOT NULL,
    attended_ms   bigint NOT NULL DEFAULT 0, -- in the stretches that are over
    present_since timestamptz,               -- of the stretch under way; NULL: away
    seen_at       timestamptz NOT NULL,      -- until when that stretch is certain, or when the last one was closed
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX group_attendance_group ON group_attendance (group_id);

-- events ---------------------------------------------------------------------------------------------------------

-- Written in the transaction of the change. Readers go by (xid, id) and stay below the oldest running transaction,
-- so that a row that commits late is never passed over. A partition holds a day (UTC, by the server's clock); the
-- program makes them ahead and drops them when they are read and old. Rows in outbox_default mean that it did not.
CREATE TABLE outbox (
    xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id          bigint GENERATED ALWAYS AS IDENTITY,
    type        text NOT NULL,
    user_id     uuid NOT NULL,
    payload     jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    written_on  date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
    PRIMARY KEY (xid, id, user_id, written_on)
) PARTITION BY RANGE (written_on);
CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;

-- Attaching locks the table less than CREATE TABLE … PARTITION OF: nobody who writes has to wait.
CREATE FUNCTION outbox_make_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := 'outbox_' || to_char(day, 'YYYYMMDD');
BEGIN
    PERFORM pg_advisory_xact_lock('outbox'::regclass::oid::bigint); -- several nodes may start at once
    IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE outbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name);
    EXECUTE format('ALTER TABLE outbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, day, day + 1);
END
$$;
SELECT outbox_make_partition((now() AT TIME ZONE 'UTC')::date + n) FROM generate_series(0, 3) AS n;

-- A bell for the reader that sleeps. NOTIFY takes a lock of the whole server at commit, so not every writer may ring:
-- the reader hangs the bell up (is_called = false) before it sleeps, the first writer after that takes it down and
-- rings. A sequence, because everybody sees its state at once, whoever commits when.
CREATE SEQUENCE outbox_bell;
CREATE FUNCTION ring_outbox_bell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT is_called FROM outbox_bell) AND nextval('outbox_bell') = 1 THEN
        NOTIFY outbox;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER outbox_rings AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION ring_outbox_bell();

CREATE TABLE consumer_positions (
    consumer text PRIMARY KEY,
    xid      xid8 NOT NULL,
    id       bigint NOT NULL
);

-- Drops the partitions of the days before `day` that every consumer has read, and forgets such rows of outbox_default;
-- returns how many partitions there were. What nobody has read stays, however old.
CREATE FUNCTION outbox_drop_partitions(day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    place consumer_positions;
    name text;
    has_unread boolean;
    dropped integer := 0;
BEGIN
    SELECT * INTO place FROM consumer_positions ORDER BY xid, id LIMIT 1;
    IF NOT FOUND THEN RETURN 0; END IF;
    FOR name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'outbox'::regclass AND relname ~ '^outbox_\d{8}$'
          AND to_date(right(relname, 8), 'YYYYMMDD') < day ORDER BY relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE (xid, id) > ($1, $2))', name)
        INTO has_unread USING place.xid, place.id;
        CONTINUE WHEN has_unread;
        EXECUTE format('DROP TABLE %I', name);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM outbox_default WHERE written_on < day AND (xid, id) <= (place.xid, place.id);
    RETURN dropped;
END
$$;

-- Events that a consumer refused again and again, put aside so that the others go on.
CREATE TABLE dead_letters (
    consumer     text NOT NULL,
    xid          xid8 NOT NULL,
    id           bigint NOT NULL,
    type         text NOT NULL,
    user_id      uuid NOT NULL,
    payload      jsonb NOT NULL,
    occurred_at  timestamptz NOT NULL,
    error        text NOT NULL,
    put_aside_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, xid, id, user_id)
);

-- analytics service ----------------------------------------------------------------------------------------------

-- The newest known state of each session. A fact that comes twice, late or out of order changes nothing.
CREATE TABLE session_facts (
    user_id          uuid NOT NULL,
    session_id       uuid NOT NULL,
    version          integer NOT NULL,
    counts           boolean NOT NULL,
    local_date       date NOT NULL,
    local_hour       smallint NOT NULL,
    kind             text NOT NULL,
    duration_seconds integer NOT NULL,
    mood_before      smallint,
    mood_after       smallint,
    ended_at         timestamptz CHECK (ended_at IS NOT NULL OR NOT counts),
    PRIMARY KEY (user_id, session_id)
) PARTITION BY HASH (user_id);
SELECT create_hash_partitions('session_facts');
-- All of a user's days and all that milestones, streaks and favourites need, without a look at the table.
CREATE INDEX session_facts_day ON session_facts (user_id, local_date)
INCLUDE (ended_at, duration_seconds, local_hour, kind) WHERE counts;

-- Recomputed from the facts, never incremented. A day is one row, its kinds in the words of the answer: a year is read in
-- a few hundred rows and passed on.
CREATE TABLE daily_totals (
    user_id           uuid NOT NULL,
    local_date        date NOT NULL,
    sessions          integer NOT NULL,
    streak_sessions   integer NOT NULL,
    seconds           bigint NOT NULL,
    mood_before_sum   integer NOT NULL,
    mood_before_count integer NOT NULL,
    mood_after_sum    integer NOT NULL,
    mood_after_count  integer NOT NULL,
    seconds_by_kind   text NOT NULL, -- a JSON object, without a space, in the order of the kinds' names
    PRIMARY KEY (user_id, local_date)
);

-- Who registered when, by the date on their wall then. Of an erased account the id alone stays, so that an event that
-- comes late revives nothing.
CREATE TABLE user_facts (
    user_id       uuid PRIMARY KEY,
    registered_on date,
    erased        boolean NOT NULL DEFAULT false,
    fence         uuid, -- of the last analytics.fence that was handled: no earlier event of the user is on its way
    CHECK (registered_on IS NULL OR NOT erased)
);

-- What everybody did on each day, registering included.
CREATE VIEW user_days AS
    SELECT user_id, local_date AS day, sessions, seconds, 0 AS registrations FROM daily_totals
    UNION ALL
    SELECT user_id, registered_on, 0, 0, 1 FROM user_facts WHERE registered_on IS NOT NULL;

-- Each of those days three times: as the day, as its ISO week and as its month.
CREATE VIEW user_periods AS
    SELECT user_id, unnest(ARRAY['day', 'week', 'month']) AS grain,
           unnest(ARRAY[day, date_trunc('week', day::timestamp)::date,
                        date_trunc('month', day::timestamp)::date]) AS first_day,
           sessions, seconds, registrations
    FROM user_days;

-- The weeks in which everybody was active, from that of their registration on.
CREATE VIEW user_weeks AS
    SELECT user_id, date_trunc('week', registered_on::timestamp)::date AS cohort_week,
           date_trunc('week', local_date::timestamp)::date AS week
    FROM user_facts JOIN daily_totals USING (user_id)
    WHERE date_trunc('week', local_date::timestamp) >= date_trunc('week', registered_on::timestamp);

-- What erased users leave behind: numbers of nobody.
CREATE TABLE erased_periods (
    grain        text NOT NULL,
    first_day    date NOT NULL,
    active_users bigint NOT NULL,
    new_users    bigint NOT NULL,
    sessions     bigint NOT NULL,
    seconds      bigint NOT NULL,
    PRIMARY KEY (grain, first_day)
);
CREATE TABLE erased_cohorts (
    cohort_week  date NOT NULL,
    week         date NOT NULL,
    active_users bigint NOT NULL,
    PRIMARY KEY (cohort_week, week)
);

-- The last count of everybody, the erased included. Counting takes long at scale, and a transaction with an id would
-- hold up the readers of the outbox for as long: so it is done by one without, and its result is put here.
CREATE TABLE counted_periods (LIKE erased_periods INCLUDING ALL);
CREATE TABLE counted_cohorts (LIKE erased_cohorts INCLUDING ALL);

-- What is served. Refreshed concurrently from the last count: no read waits, and only what differs is written.
CREATE MATERIALIZED VIEW global_periods AS
    SELECT grain, first_day, active_users, new_users, sessions, seconds FROM counted_periods;
CREATE UNIQUE INDEX global_periods_key ON global_periods (grain, first_day);
CREATE MATERIALIZED VIEW global_cohorts AS SELECT cohort_week, week, active_users FROM counted_cohorts;
CREATE UNIQUE INDEX global_cohorts_key ON global_cohorts (cohort_week, week);

-- One row: how often the facts have changed, and up to which change the views above go.
CREATE TABLE fact_changes (
    id      smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    changes bigint NOT NULL DEFAULT 0
);
INSERT INTO fact_changes DEFAULT VALUES;
CREATE TABLE global_refreshes (
    id           smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    changes      bigint NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO global_refreshes DEFAULT VALUES;
