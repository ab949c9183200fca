-- The trace (W3C traceparent) of the request that wrote the row, if that trace is recorded: what the row causes later
-- continues it. The program sets it for a transaction (src/platform/postgres/trace), so that no statement names it.

ALTER TABLE outbox ADD COLUMN trace text;
ALTER TABLE outbox ALTER COLUMN trace SET DEFAULT nullif(current_setting('mindspace.traceparent', true), '');

ALTER TABLE mails ADD COLUMN trace text;
ALTER TABLE mails ALTER COLUMN trace SET DEFAULT nullif(current_setting('mindspace.traceparent', true), '');
