#pragma once
// The audit log: the events of an account, written in the transaction of the change itself. Rows are only added. Only
// the deletion of an account removes its rows, and leaves the row of the deletion, without address and agent.

#include "platform/base/ids.h"
#include "platform/json/schema.h"
#include "platform/postgres/values/statement.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::auth {

enum class AuditAction {
    registered,
    login,
    login_failed,
    refresh_reused,
    logout,
    logout_all,
    session_revoked,
    password_changed,
    password_reset_requested,
    password_reset,
    email_verification_requested,
    email_verified,
    account_disabled,
    account_enabled,
    role_changed,
    account_deleted,
};
constexpr auto names_of(AuditAction) {
    return std::array<std::string_view, 16>{"registered",
                                            "login",
                                            "login_failed",
                                            "refresh_reused",
                                            "logout",
                                            "logout_all",
                                            "session_revoked",
                                            "password_changed",
                                            "password_reset_requested",
                                            "password_reset",
                                            "email_verification_requested",
                                            "email_verified",
                                            "account_disabled",
                                            "account_enabled",
                                            "role_changed",
                                            "account_deleted"};
}

using AuditId = Id<struct AuditTag>;

struct AuditEntry {
    UserId user{};
    Timestamp at{};
    AuditAction action{};
    std::optional<AuthSessionId> auth_session{};  // the login session concerned
    std::string ip{};
    std::string user_agent{};
    std::string detail = "{}";  // a JSON object
};

// {"name":"value"}
std::string audit_detail(std::string_view name, std::string_view value);

// Inserts one row, independent of the other statements of the transaction.
postgres::Query audit_query(const AuditEntry& entry);

// The part of an entry that the owner can read.
struct AuditRecord {
    AuditId id{};
    Timestamp at{};
    std::string action;
    std::optional<AuthSessionId> login_session_id;
    std::optional<std::string> ip;          // empty after the
    std::optional<std::string> user_agent;  // retention period
    schema::RawJson detail;

    static constexpr std::string_view kName = "AuditRecord";
    static constexpr auto fields() {
        using schema::field;
        return std::tuple{
            field("id", &AuditRecord::id),
            field("at", &AuditRecord::at),
            field("action", &AuditRecord::action, {.about = "Such as `login`, `login_failed` or `password_changed`."}),
            field("loginSessionId", &AuditRecord::login_session_id),
            field("ip", &AuditRecord::ip, {.about = "IP address of the client. Removed after the retention period."}),
            field("userAgent", &AuditRecord::user_agent, {.about = "Removed together with the IP address."}),
            field("detail", &AuditRecord::detail)};
    }
};

// The tail of a statement that makes a change and records it, both or neither: a CTE named `change` has the user_id of
// the changed rows, and the statement's affected rows show whether anything was changed. $1 to $8 belong to the audit
// row: user, id, time, action, login session, ip, user agent, detail. The change may use them; its own parameters start
// at $9.
inline constexpr char kAuditChange[] =
    "INSERT INTO audit_log (user_id, audit_id, at, action, auth_session_id, ip, user_agent, detail) "
    "SELECT user_id, $2, $3, $4, $5, $6, $7, $8 FROM change";

template <class... A>
postgres::Query bind_audited(const postgres::Statement& statement, const AuditEntry& entry, const A&... arguments) {
    return postgres::bind(statement, entry.user, Uuid::v7(entry.at), entry.at,
                          names_of(entry.action)[static_cast<std::size_t>(entry.action)], entry.auth_session, entry.ip,
                          entry.user_agent, postgres::Json{entry.detail}, arguments...);
}
template <class... A>
postgres::Query bind_audited(const postgres::Statement&&, const AuditEntry&, const A&...) = delete;

}  // namespace mindspace::auth
