-- When a session was given up because nobody ended it. It can still be completed for a while; one that its user gave up
-- cannot.
ALTER TABLE meditation_sessions ADD COLUMN lapsed_at timestamptz;
-- Those of before ended with their planned end, which no user meets to the millisecond.
UPDATE meditation_sessions SET lapsed_at = updated_at
WHERE status = 'abandoned' AND extract(epoch FROM ended_at - started_at) = planned_seconds;

-- How many sessions a date has: an import is bounded by it.
CREATE INDEX meditation_sessions_date ON meditation_sessions (user_id, local_date);
