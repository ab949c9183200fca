-- Several links of a kind may be good at a time: a stranger who asks for another voids none. A used one has no row.
DELETE FROM one_time_tokens WHERE token_hash IS NULL;
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_pkey;
ALTER TABLE one_time_tokens ADD PRIMARY KEY (user_id, kind, token_hash);

-- A notice has no link.
ALTER TABLE mails DROP CONSTRAINT mails_kind_check;
ALTER TABLE mails ADD CONSTRAINT mails_kind_check
    CHECK (kind IN ('email_verification', 'password_reset', 'password_changed'));

-- When mails of a kind last went to an address, the latest first, as many as the limit of a day. The address is a keyed
-- hash whose key is not in the database, and the row outlives the account. A cause that is tried again counts once.
CREATE TABLE mail_counts (
    address_hash bytea NOT NULL,
    kind         text NOT NULL,
    counted_at   timestamptz[] NOT NULL,
    cause        uuid NOT NULL,
    PRIMARY KEY (address_hash, kind)
);
