#include "services/auth/retention.h"

namespace mindspace::auth {

using postgres::Statement;
using std::chrono::days;

retention::Rules retention_rules(Seconds address_retention) {
    static constexpr Statement kMails{"auth_remove_mails", R"(
        DELETE FROM mails WHERE (user_id, mail_id) IN (
            SELECT user_id, mail_id FROM mails WHERE next_attempt_at IS NULL AND created_at < $1 LIMIT $2))"};
    static constexpr Statement kTokens{"auth_remove_one_time_tokens", R"(
        DELETE FROM one_time_tokens WHERE (user_id, kind, token_hash) IN (
            SELECT user_id, kind, token_hash FROM one_time_tokens WHERE expires_at < $1 LIMIT $2))"};
    static constexpr Statement kRequests{"auth_remove_reset_requests", R"(
        DELETE FROM reset_requests WHERE request_id IN (
            SELECT request_id FROM reset_requests WHERE requested_at < $1 LIMIT $2))"};
    static constexpr Statement kCounts{"auth_remove_mail_counts", R"(
        DELETE FROM mail_counts WHERE (address_hash, kind) IN (
            SELECT address_hash, kind FROM mail_counts WHERE counted_at[1] < $1 LIMIT $2))"};
    static constexpr Statement kAudit{"auth_remove_audit", R"(
        DELETE FROM audit_log WHERE (user_id, audit_id) IN (
            SELECT user_id, audit_id FROM audit_log WHERE at < $1 LIMIT $2))"};
    static constexpr Statement kOrigins{"auth_remove_audit_origins", R"(
        UPDATE audit_log SET ip = '', user_agent = '' WHERE (user_id, audit_id) IN (
            SELECT user_id, audit_id FROM audit_log
            WHERE at < $1 AND (ip <> '' OR user_agent <> '') ORDER BY at LIMIT $2))"};
    static constexpr Statement kKeys{"auth_remove_keys", R"(
        DELETE FROM signing_keys WHERE kid IN (SELECT kid FROM signing_keys WHERE retires_at < $1 LIMIT $2))"};
    static constexpr Statement kRevoked{"auth_remove_revoked_sessions", R"(
        DELETE FROM auth_sessions WHERE (user_id, auth_session_id) IN (
            SELECT user_id, auth_session_id FROM auth_sessions WHERE revoked_at < $1 LIMIT $2))"};
    // There is no index on expires_at because each refresh would have to change it.
    static constexpr Statement kExpired{"auth_remove_expired_sessions", R"(
        DELETE FROM auth_sessions WHERE (user_id, auth_session_id) IN (
            SELECT user_id, auth_session_id FROM auth_sessions
            WHERE revoked_at IS NULL AND created_at < $1 AND expires_at < $1 LIMIT $2))"};
    return {retention::rows("mails", kMails, days(7)),
            retention::rows("one_time_tokens", kTokens, days(1)),
            retention::rows("reset_requests", kRequests, days(1)),
            retention::rows("audit_log", kAudit, days(400)),
            retention::rows("audit_log_addresses", kOrigins, address_retention),
            retention::rows("mail_counts", kCounts, days(1)),
            retention::rows("signing_keys", kKeys, days(1)),
            retention::rows("revoked_login_sessions", kRevoked, days(30)),
            retention::rows("expired_login_sessions", kExpired, days(30))};
}

}  // namespace mindspace::auth
