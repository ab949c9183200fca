-- Distributes the schema over the workers of a Citus cluster: every table of users' data by user_id, side by side, so
-- that the statements of one user run on one worker. Run once by a superuser on the coordinator, after
-- `mindspace migrate` and before anybody is served. docs/scaling.md says what is known of it.

SET citus.enable_unsafe_triggers = on; -- those that stay look at their own row only

-- The bell hangs on the coordinator, and no process listens to a worker. The reader looks twice a second without it.
DROP TRIGGER outbox_rings ON outbox;

SELECT create_distributed_table('users', 'user_id');
SELECT create_distributed_table(part, 'user_id', colocate_with => 'users')
FROM unnest(ARRAY['credentials', 'auth_sessions', 'audit_log', 'one_time_tokens', 'mails', 'idempotency_keys',
                  'meditation_sessions', 'deleted_sessions', 'group_attendance', 'outbox', 'dead_letters',
                  'session_facts', 'daily_totals', 'user_facts']) AS part;

-- Not of a user: an address leads to one, a group belongs to all who sit with it.
SELECT create_distributed_table('login_emails', 'email_key', colocate_with => 'none');
SELECT create_distributed_table('groups', 'group_id', colocate_with => 'none');

-- Small, and wanted everywhere.
SELECT create_reference_table(small)
FROM unnest(ARRAY['signing_keys', 'reset_requests', 'consumer_positions', 'erased_periods', 'erased_cohorts',
                  'counted_periods', 'counted_cohorts', 'fact_changes', 'global_refreshes']) AS small;
