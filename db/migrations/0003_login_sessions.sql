-- A user has a bounded number of login sessions. Those beyond the default end here, the least recently used first, so
-- that ending all of a user's login sessions is a short statement from now on.

UPDATE auth_sessions SET revoked_at = now()
FROM (SELECT user_id, auth_session_id,
             row_number() OVER (PARTITION BY user_id ORDER BY last_used_at DESC, auth_session_id DESC) AS place
      FROM auth_sessions WHERE revoked_at IS NULL AND expires_at > now()) AS living
WHERE place > 50 AND auth_sessions.user_id = living.user_id
  AND auth_sessions.auth_session_id = living.auth_session_id;

-- For retention. A refresh changes neither column, so its update stays within the page (HOT).
CREATE INDEX auth_sessions_created ON auth_sessions (created_at) WHERE revoked_at IS NULL;
