-- Whose link to reset a password is wanted: the form in which addresses are compared, so that an account finds its
-- requests, for its export and its end. Requests of an older program have none, for the moment that they wait.
ALTER TABLE reset_requests ADD COLUMN address_key text;

-- All events of a user, for the same.
CREATE INDEX outbox_user ON outbox (user_id);

-- Rows of which the address and the agent have yet to be removed.
CREATE INDEX audit_log_origins ON audit_log (at) WHERE ip <> '' OR user_agent <> '';
