-- Attendance as stretches of time. What is known of a member's presence only grows, by union, so that records may come
-- late, twice and in any order, from any node.
ALTER TABLE group_attendance
    ADD COLUMN present tstzmultirange NOT NULL DEFAULT '{}', -- each stretch with the grace after it: near ones unite
    ADD COLUMN left_at timestamptz;                          -- the last time that they left, for all that is known
-- attended_ms and present_since stay for a release: nodes of the version before still write and read them, and what they
-- hold is read with the rest.

-- Whether the sessions of all who sat are made. Groups that have ended have them.
ALTER TABLE groups ADD COLUMN settled boolean NOT NULL DEFAULT true;
ALTER TABLE groups ALTER COLUMN settled SET DEFAULT false;
UPDATE groups SET settled = false WHERE state IN ('scheduled', 'running');
CREATE INDEX groups_unsettled ON groups (updated_at) WHERE state = 'ended' AND NOT settled;

-- Groups that wait to be started, by the time from which they wait.
CREATE INDEX groups_waiting ON groups ((coalesce(scheduled_for, created_at))) WHERE state = 'scheduled';
-- Groups that are over, for retention.
CREATE INDEX groups_over ON groups (ended_at) WHERE state IN ('ended', 'cancelled');
CREATE INDEX group_attendance_seen ON group_attendance (seen_at);
