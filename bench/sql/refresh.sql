-- A rotation, without the check of all other login sessions of the user.
\set u random(1, {count})
UPDATE auth_sessions SET previous_hash = current_hash, current_hash = decode(md5(random()::text), 'hex'),
       rotation_salt = '\x00112233445566778899aabbccddeeff', rotated_at = now(), last_used_at = now(),
       expires_at = now() + interval '7 days'
WHERE user_id = ({users})[:u] AND revoked_at IS NULL;
