-- Attendance as stretches of time. What is known of a member's presence only grows, by union, so that records may come
-- late, twice and in any order, from any node.
ALTER TABLE group_attendance
    ADD COLUMN present tstzmultirange NOT NULL DEFAULT '{}', -- each stretch with the grace after it: near ones unite
    ADD COLUMN left_at timestamptz;                          -- the last time that they left, for all that is known
-- Of what was closed only the length is known: it is put before the rest.
UPDATE group_attendance
SET present = tstzmultirange(tstzrange(
        coalesce(present_since, seen_at) - make_interval(secs => attended_ms / 1000.0),
        greatest(seen_at, present_since) + interval '10 seconds')),
    left_at = CASE WHEN present_since IS NULL THEN seen_at END
WHERE attended_ms > 0 OR present_since IS NOT NULL;
ALTER TABLE group_attendance DROP COLUMN attended_ms, DROP COLUMN present_since;

-- Groups that wait to be started, by the time from which they wait.
CREATE INDEX groups_waiting ON groups ((coalesce(scheduled_for, created_at))) WHERE state = 'scheduled';
-- Groups that are over, for retention.
CREATE INDEX groups_over ON groups (ended_at) WHERE state IN ('ended', 'cancelled');
CREATE INDEX group_attendance_seen ON group_attendance (seen_at);
