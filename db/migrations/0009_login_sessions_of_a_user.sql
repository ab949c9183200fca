-- All login sessions of a user end with one row, however many there are: those whose id, which is in the order of time,
-- is not above sessions_ended_until, but for kept_session. sessions_ended_at says when that was; it never goes back.
-- All NULL: it has not happened.
ALTER TABLE credentials
    ADD COLUMN sessions_ended_until uuid,
    ADD COLUMN kept_session uuid,
    ADD COLUMN sessions_ended_at timestamptz;
CREATE INDEX credentials_sessions_ended ON credentials (sessions_ended_at) WHERE sessions_ended_at IS NOT NULL;

-- Those that have not ended each by itself, in the order of time. A refresh changes neither column, so its update stays
-- within the page (HOT).
CREATE INDEX auth_sessions_not_revoked ON auth_sessions (user_id, auth_session_id) WHERE revoked_at IS NULL;

-- Every process hears of it with the commit, once for all of a user's login sessions. What is told: the user, when in
-- milliseconds, the last id that has ended, the one that is kept or "-".
CREATE FUNCTION notify_user_sessions_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('auth_session_revoked', format('%s %s %s -', OLD.user_id, 9223372036854775807,
                                                         'ffffffff-ffff-ffff-ffff-ffffffffffff'));
    ELSE
        PERFORM pg_notify('auth_session_revoked', format('%s %s %s %s', NEW.user_id,
            floor(extract(epoch FROM NEW.sessions_ended_at) * 1000)::bigint, NEW.sessions_ended_until,
            coalesce(NEW.kept_session::text, '-')));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER user_sessions_ended AFTER UPDATE OF sessions_ended_at ON credentials FOR EACH ROW
    WHEN (NEW.sessions_ended_at IS DISTINCT FROM OLD.sessions_ended_at)
    EXECUTE FUNCTION notify_user_sessions_ended();
CREATE TRIGGER user_sessions_erased AFTER DELETE ON credentials FOR EACH ROW
    EXECUTE FUNCTION notify_user_sessions_ended();

-- A key that is taken away while its tokens would still be valid: every process reads the keys anew.
CREATE FUNCTION notify_signing_keys_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('auth_session_revoked', 'keys');
    RETURN NULL;
END
$$;
CREATE TRIGGER signing_keys_withdrawn AFTER DELETE ON signing_keys FOR EACH ROW
    WHEN (OLD.retires_at IS NULL OR OLD.retires_at > now()) EXECUTE FUNCTION notify_signing_keys_withdrawn();

-- Programs of before know the end of a login session by its own row alone. While some may run beside those of today,
-- for a day, the rows are ended as well: of those that live, which are 1000 at most (auth.max_login_sessions). A new
-- installation, and one distributed by Citus, where a trigger cannot reach another table, does without.
CREATE FUNCTION end_user_sessions_by_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE auth_sessions SET revoked_at = NEW.sessions_ended_at
    WHERE user_id = NEW.user_id AND auth_session_id IN (
        SELECT auth_session_id FROM auth_sessions
        WHERE user_id = NEW.user_id AND revoked_at IS NULL AND auth_session_id <= NEW.sessions_ended_until
          AND auth_session_id IS DISTINCT FROM NEW.kept_session
        ORDER BY auth_session_id DESC LIMIT 1000);
    RETURN NULL;
END
$$;
DROP TRIGGER auth_session_erased ON auth_sessions;
DO $$
DECLARE
    until timestamptz := now() + interval '1 day';
BEGIN
    IF to_regclass('pg_dist_partition') IS NOT NULL OR NOT EXISTS (SELECT FROM credentials) THEN RETURN; END IF;
    EXECUTE format('CREATE TRIGGER user_sessions_ended_by_row AFTER UPDATE OF sessions_ended_at ON credentials
                    FOR EACH ROW WHEN (NEW.sessions_ended_at IS DISTINCT FROM OLD.sessions_ended_at AND now() < %L)
                    EXECUTE FUNCTION end_user_sessions_by_row()', until);
    EXECUTE format('CREATE TRIGGER auth_session_erased AFTER DELETE ON auth_sessions
                    FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND now() < %L)
                    EXECUTE FUNCTION notify_auth_session_revoked()', until);
END
$$;
