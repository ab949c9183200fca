-- The statement of the statistics: the lifetime, and no days.
\set u random(1, {count})
SELECT totals FROM lifetimes WHERE user_id = ({users})[:u];
