-- The kept response to a registration is under no user; it is found by the user it created, to be erased with them.
CREATE INDEX idempotency_keys_registrations ON idempotency_keys (creation_id)
    WHERE user_id = '00000000-0000-0000-0000-000000000000';
