#include "services/auth/client.h"

namespace mindspace::auth {

using postgres::JsonList;
using postgres::Statement;

// Whatever came first: its own end, or that of all of the user's.
#define AUTH_ENDED_AT                                                                          \
    "least(revoked_at, CASE WHEN auth_session_id <= sessions_ended_until AND auth_session_id " \
    "IS DISTINCT FROM kept_session THEN sessions_ended_at END)"

std::vector<JsonList> export_lists() {
    static constexpr Statement kCredentials{"auth_export_credentials", R"(
        SELECT '', json_build_object('passwordChangedAt', )" JSON_TIME("changed_at") R"(,
                                     'disabledAt', )" JSON_TIME("disabled_at") R"()::text
        FROM credentials WHERE user_id = $1 AND $2::text = '' LIMIT $3)"};
    static constexpr Statement kSessions{"auth_export_sessions", R"(
        SELECT auth_session_id::text, json_build_object(
                   'id', auth_session_id, 'deviceName', device_name, 'ip', ip, 'userAgent', user_agent,
                   'createdAt', )" JSON_TIME("created_at") R"(, 'lastUsedAt', )" JSON_TIME("last_used_at") R"(,
                   'expiresAt', )" JSON_TIME("expires_at") R"(,
                   'revokedAt', )" JSON_TIME(AUTH_ENDED_AT) R"()::text
        FROM auth_sessions LEFT JOIN credentials USING (user_id) WHERE user_id = $1 AND auth_session_id > )" JSON_AFTER_ID
                                                            R"(
        ORDER BY auth_session_id LIMIT $3)"};
    static constexpr Statement kTokens{"auth_export_one_time_tokens", R"(
        SELECT encode(token_hash, 'hex'), json_build_object('kind', kind, 'issuedAt', )" JSON_TIME("issued_at") R"(,
                                       'expiresAt', )" JSON_TIME("expires_at") R"()::text
        FROM one_time_tokens WHERE user_id = $1 AND encode(token_hash, 'hex') > $2 ORDER BY 1 LIMIT $3)"};
    static constexpr Statement kMails{"auth_export_mails", R"(
        SELECT mail_id::text, json_build_object(
                   'id', mail_id, 'kind', kind, 'recipient', recipient, 'locale', locale, 'attempts', attempts,
                   'createdAt', )" JSON_TIME("created_at") R"(, 'sentAt', )" JSON_TIME("sent_at") R"(,
                   'lastError', last_error)::text
        FROM mails WHERE user_id = $1 AND mail_id > )" JSON_AFTER_ID " ORDER BY mail_id LIMIT $3"};
    static constexpr Statement kAudit{"auth_export_audit", R"(
        SELECT audit_id::text, json_build_object(
                   'id', audit_id, 'at', )" JSON_TIME("at") R"(, 'action', action, 'loginSessionId', auth_session_id,
                   'ip', nullif(ip, ''), 'userAgent', nullif(user_agent, ''), 'detail', detail)::text
        FROM audit_log WHERE user_id = $1 AND audit_id > )" JSON_AFTER_ID " ORDER BY audit_id LIMIT $3"};
    static constexpr Statement kResets{"auth_export_reset_requests", R"(
        SELECT request_id::text, json_build_object(
                   'id', request_id, 'email', reset_requests.email_key, 'ip', ip, 'userAgent', user_agent,
                   'requestedAt', )" JSON_TIME("requested_at") R"()::text
        FROM reset_requests JOIN login_emails ON login_emails.email_key = address_key
        WHERE user_id = $1 AND request_id > )" JSON_AFTER_ID " ORDER BY request_id LIMIT $3"};
    return {{.name = "credentials", .page = &kCredentials, .shape = JsonList::Shape::object},
            {.name = "loginSessions", .page = &kSessions},
            {.name = "mailTokens", .page = &kTokens},
            {.name = "resetRequests", .page = &kResets},
            {.name = "mails", .page = &kMails},
            {.name = "auditLog", .page = &kAudit}};
}

}  // namespace mindspace::auth
