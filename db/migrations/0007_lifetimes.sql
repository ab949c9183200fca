-- What all of a user's sessions amount to, kept by the projection so that nobody has to read them all: the JSON of
-- services/analytics/lifetime_totals.h. A user without a row is counted from their facts.
CREATE TABLE lifetimes (
    user_id uuid PRIMARY KEY,
    totals  text NOT NULL
) WITH (fillfactor = 70); -- a row changes with each session, and fits beside what it was

-- The program of before keeps no lifetimes. While it runs beside this one, whoever changes totals without having said
-- that lifetimes are kept takes those of the user away.
CREATE FUNCTION forget_lifetimes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM lifetimes WHERE user_id IN (SELECT user_id FROM changed);
    RETURN NULL;
END
$$;
-- A cluster has no such triggers (db/distribute.sql): there `mindspace analytics rebuild` follows the update.
DO $$
BEGIN
    IF to_regclass('pg_dist_partition') IS NOT NULL THEN
        IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = 'daily_totals'::regclass) THEN
            PERFORM create_distributed_table('lifetimes', 'user_id', colocate_with => 'users');
            RETURN;
        END IF;
    END IF;
    CREATE TRIGGER totals_without_lifetimes_inserted AFTER INSERT ON daily_totals
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
        WHEN (current_setting('mindspace.keeps_lifetimes', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION forget_lifetimes();
    CREATE TRIGGER totals_without_lifetimes_deleted AFTER DELETE ON daily_totals
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
        WHEN (current_setting('mindspace.keeps_lifetimes', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION forget_lifetimes();
END
$$;
