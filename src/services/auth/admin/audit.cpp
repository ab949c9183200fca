#include "services/auth/admin/audit.h"

#include "platform/json/writer.h"

namespace mindspace::auth {

std::string audit_detail(std::string_view name, std::string_view value) {
    std::string detail;
    JsonWriter out(detail);
    out.begin_object();
    out.key(name);
    out.string(value);
    out.end_object();
    return detail;
}

postgres::Query audit_query(const AuditEntry& entry) {
    static constexpr postgres::Statement kInsert{"auth_audit",
                                                 "WITH change AS (SELECT $1::uuid AS user_id)" AUTH_AUDIT_CHANGE};
    return bind_audited(kInsert, entry);
}

postgres::Query erase_audit_query(UserId user) {
    static constexpr postgres::Statement kErase{
        "auth_erase_audit", "DELETE FROM audit_log WHERE user_id = $1 AND action <> 'account_deleted'"};
    return postgres::bind(kErase, user);
}

}  // namespace mindspace::auth
