#include "services/auth/retention.h"

namespace mindspace::auth {

using postgres::Statement;
using std::chrono::days;

retention::Rules retention_rules() {
    static constexpr Statement kMails{"auth_remove_mails", R"(
        DELETE FROM mails WHERE (user_id, mail_id) IN (
            SELECT user_id, mail_id FROM mails WHERE next_attempt_at IS NULL AND created_at < $1 LIMIT $2))"};
    static constexpr Statement kTokens{"auth_remove_one_time_tokens", R"(
        DELETE FROM one_time_tokens WHERE (user_id, kind) IN (
            SELECT user_id, kind FROM one_time_tokens WHERE expires_at < $1 LIMIT $2))"};
    static constexpr Statement kRequests{"auth_remove_reset_requests", R"(
        DELETE FROM reset_requests WHERE request_id IN (
            SELECT request_id FROM reset_requests WHERE requested_at < $1 LIMIT $2))"};
    static constexpr Statement kAudit{"auth_remove_audit", R"(
        DELETE FROM audit_log WHERE (user_id, audit_id) IN (
            SELECT user_id, audit_id FROM audit_log WHERE at < $1 LIMIT $2))"};
    static constexpr Statement kKeys{"auth_remove_keys", R"(
        DELETE FROM signing_keys WHERE kid IN (SELECT kid FROM signing_keys WHERE retires_at < $1 LIMIT $2))"};
    return {retention::rows("mails", kMails, days(7)), retention::rows("one_time_tokens", kTokens, days(1)),
            retention::rows("reset_requests", kRequests, days(1)), retention::rows("audit_log", kAudit, days(400)),
            retention::rows("signing_keys", kKeys, days(1))};
}

}  // namespace mindspace::auth
