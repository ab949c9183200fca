#include "platform/postgres/values/sql.h"
#include "services/auth/accounts/email_key.h"
#include "services/auth/admin/audit.h"
#include "services/auth/client.h"

#include <string>

namespace mindspace::auth {

using postgres::ComposedStatement;
using postgres::Statement;
using privacy::EndedAccount;
using privacy::PersonalTable;
using privacy::Queries;

namespace {

constexpr Statement kListCredentials{"auth_export_credentials", R"(
    SELECT '', json_build_object('passwordChangedAt', json_time(changed_at), 'disabledAt', json_time(disabled_at))::text
    FROM credentials WHERE user_id = $1 AND $2::text = '' LIMIT $3)"};
// A session ended at the earlier of its own end and the end of all of the user's.
constexpr Statement kListSessions{"auth_export_sessions", R"(
    SELECT auth_session_id::text, json_build_object(
               'id', auth_session_id, 'deviceName', device_name, 'ip', ip, 'userAgent', user_agent,
               'createdAt', json_time(created_at), 'lastUsedAt', json_time(last_used_at),
               'expiresAt', json_time(expires_at),
               'revokedAt', json_time(least(revoked_at,
                   CASE WHEN auth_session_id <= sessions_ended_until
                         AND auth_session_id IS DISTINCT FROM kept_session THEN sessions_ended_at END)))::text
    FROM auth_sessions LEFT JOIN credentials USING (user_id)
    WHERE user_id = $1 AND auth_session_id > after_id($2) ORDER BY auth_sessions.auth_session_id LIMIT $3)"};
constexpr Statement kListTokens{"auth_export_one_time_tokens", R"(
    SELECT encode(token_hash, 'hex'), json_build_object(
               'kind', kind, 'issuedAt', json_time(issued_at), 'expiresAt', json_time(expires_at))::text
    FROM one_time_tokens WHERE user_id = $1 AND encode(token_hash, 'hex') > $2 ORDER BY 1 LIMIT $3)"};
constexpr Statement kListMails{"auth_export_mails", R"(
    SELECT mail_id::text, json_build_object(
               'id', mail_id, 'kind', kind, 'recipient', recipient, 'locale', locale, 'attempts', attempts,
               'createdAt', json_time(created_at), 'sentAt', json_time(sent_at), 'lastError', last_error)::text
    FROM mails WHERE user_id = $1 AND mail_id > after_id($2) ORDER BY mails.mail_id LIMIT $3)"};
constexpr Statement kListAudit{"auth_export_audit", R"(
    SELECT audit_id::text, json_build_object(
               'id', audit_id, 'at', json_time(at), 'action', action, 'loginSessionId', auth_session_id,
               'ip', nullif(ip, ''), 'userAgent', nullif(user_agent, ''), 'detail', detail)::text
    FROM audit_log WHERE user_id = $1 AND audit_id > after_id($2) ORDER BY audit_log.audit_id LIMIT $3)"};
constexpr Statement kListResets{"auth_export_reset_requests", R"(
    SELECT request_id::text, json_build_object(
               'id', request_id, 'email', reset_requests.email_key, 'ip', ip, 'userAgent', user_agent,
               'requestedAt', json_time(requested_at))::text
    FROM reset_requests JOIN login_emails ON login_emails.email_key = address_key
    WHERE user_id = $1 AND request_id > after_id($2) ORDER BY reset_requests.request_id LIMIT $3)"};

constexpr Statement kEraseSessions{"auth_erase_sessions", "DELETE FROM auth_sessions WHERE user_id = $1"};
constexpr Statement kEraseTokens{"auth_erase_one_time_tokens", "DELETE FROM one_time_tokens WHERE user_id = $1"};
constexpr Statement kEraseMails{"auth_erase_mails", "DELETE FROM mails WHERE user_id = $1"};
constexpr Statement kEraseAudit{"auth_erase_audit",
                                "DELETE FROM audit_log WHERE user_id = $1 AND action <> 'account_deleted'"};

// From here on the user cannot log in. The audit row is written once and stays, without the origin of the request.
Queries erase_credentials(const EndedAccount& account) {
    static constexpr ComposedStatement kErase{
        "auth_erase_credentials", "WITH change AS (DELETE FROM credentials WHERE user_id = $1 RETURNING user_id) {}",
        kAuditChange};
    const AuditEntry entry{.user = account.user, .at = account.at, .action = AuditAction::account_deleted};
    Queries queries;
    queries.push_back(bind_audited(kErase, entry));
    return queries;
}

// All forms in which the address has been stored.
std::vector<std::string> keys_of(const std::string& email) {
    return {email_key(email), former_email_key(email)};
}

Queries erase_address(const EndedAccount& account) {
    static constexpr Statement kErase{"auth_erase_login_email",
                                      "DELETE FROM login_emails WHERE email_key = ANY($2) AND user_id = $1"};
    Queries queries;
    queries.push_back(postgres::bind(kErase, account.user, keys_of(account.email)));
    return queries;
}

Queries erase_reset_requests(const EndedAccount& account) {
    static constexpr Statement kErase{"auth_erase_reset_requests",
                                      "DELETE FROM reset_requests WHERE address_key = ANY($1)"};
    Queries queries;
    queries.push_back(postgres::bind(kErase, keys_of(account.email)));
    return queries;
}

}  // namespace

privacy::PersonalTables personal_data() {
    using privacy::erase_by_user;
    return {
        {.table = "credentials",
         .member = "credentials",
         .page = &kListCredentials,
         .shape = PersonalTable::Shape::object,
         .erase = &erase_credentials},
        {.table = "login_emails", .member = "profile", .erase = &erase_address},
        {.table = "auth_sessions",
         .member = "loginSessions",
         .page = &kListSessions,
         .erase = &erase_by_user<kEraseSessions>},
        {.table = "one_time_tokens",
         .member = "mailTokens",
         .page = &kListTokens,
         .erase = &erase_by_user<kEraseTokens>},
        {.table = "reset_requests", .member = "resetRequests", .page = &kListResets, .erase = &erase_reset_requests},
        {.table = "mails", .member = "mails", .page = &kListMails, .erase = &erase_by_user<kEraseMails>},
        {.table = "mail_counts"},
        {.table = "audit_log", .member = "auditLog", .page = &kListAudit, .erase = &erase_by_user<kEraseAudit>}};
}

}  // namespace mindspace::auth
