-- Distributes the schema over the workers of a Citus cluster: tables that grow with every user are co-located by user_id, so
-- that the statements of one user run on one worker. Everything else stays on the coordinator: queues, groups, keys, global
-- statistics. Run once as superuser on the coordinator (psql -v ON_ERROR_STOP=1), after `mindspace migrate` and before the
-- first client; first set the coordinator with citus_set_coordinator_host(). See docs/scaling.md.

SET citus.enable_unsafe_triggers = on; -- those below look at their own row only

-- Processes listen on the coordinator, rows change on workers. A transaction over several servers cannot notify, so a worker
-- has the coordinator notify when its part is about to commit.
CREATE OR REPLACE FUNCTION notify_auth_session_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    done boolean;
BEGIN
    SELECT success INTO done FROM run_command_on_coordinator(
        format('SELECT pg_notify(%L, %L)', 'auth_session_revoked', OLD.auth_session_id));
    IF done IS NOT TRUE THEN RAISE 'the coordinator cannot be notified that a login session has ended'; END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION notify_user_sessions_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    payload text;
    done boolean;
BEGIN
    IF TG_OP = 'DELETE' THEN
        payload := format('%s %s %s -', OLD.user_id, 9223372036854775807, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    ELSE
        payload := format('%s %s %s %s', NEW.user_id,
            floor(extract(epoch FROM NEW.sessions_ended_at) * 1000)::bigint, NEW.sessions_ended_until,
            coalesce(NEW.kept_session::text, '-'));
    END IF;
    SELECT success INTO done FROM run_command_on_coordinator(
        format('SELECT pg_notify(%L, %L)', 'auth_session_revoked', payload));
    IF done IS NOT TRUE THEN RAISE 'the coordinator cannot be notified that login sessions have ended'; END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER auth_session_revoked ON auth_sessions;
CREATE CONSTRAINT TRIGGER auth_session_revoked AFTER UPDATE OF revoked_at ON auth_sessions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION notify_auth_session_revoked();
DROP TRIGGER user_sessions_ended ON credentials;
CREATE CONSTRAINT TRIGGER user_sessions_ended AFTER UPDATE OF sessions_ended_at ON credentials
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.sessions_ended_at IS DISTINCT FROM OLD.sessions_ended_at)
    EXECUTE FUNCTION notify_user_sessions_ended();
DROP TRIGGER user_sessions_erased ON credentials;
CREATE CONSTRAINT TRIGGER user_sessions_erased AFTER DELETE ON credentials
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION notify_user_sessions_ended();

-- Citus locks rows of one user at a time.
CREATE OR REPLACE FUNCTION hold_users(uuid[]) RETURNS TABLE (user_id uuid, timezone text, day_start_hour smallint)
LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid;
BEGIN
    FOREACH wanted IN ARRAY $1 LOOP
        RETURN QUERY SELECT known.user_id, known.timezone, known.day_start_hour
                     FROM users AS known WHERE known.user_id = wanted FOR KEY SHARE;
    END LOOP;
END
$$;

-- They support updates from versions without lifetimes; on a cluster every version has them.
DROP TRIGGER totals_without_lifetimes_inserted ON daily_totals;
DROP TRIGGER totals_without_lifetimes_deleted ON daily_totals;

SELECT create_distributed_table('users', 'user_id');
SELECT create_distributed_table(part, 'user_id', colocate_with => 'users')
FROM unnest(ARRAY['credentials', 'auth_sessions', 'audit_log', 'one_time_tokens', 'idempotency_keys',
                  'meditation_sessions', 'deleted_sessions', 'group_attendance', 'session_facts', 'daily_totals',
                  'user_facts', 'lifetimes']) AS part;

-- An event is on the coordinator, its change on a worker: both must commit or neither. Citus uses a two-phase commit once a
-- table that it knows has been changed on the coordinator as well.
CREATE TABLE two_phases (id integer);
SELECT citus_add_local_table_to_metadata('two_phases');
CREATE FUNCTION commit_in_two_phases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM two_phases;
    RETURN NULL;
END
$$;
CREATE TRIGGER outbox_commits_in_two_phases AFTER INSERT ON outbox FOR EACH STATEMENT
    EXECUTE FUNCTION commit_in_two_phases();
