#include "services/auth/admin/audit.h"

#include "platform/json/writer.h"
#include "platform/postgres/values/sql.h"

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
    static constexpr postgres::ComposedStatement kInsert{"auth_audit", "WITH change AS (SELECT $1::uuid AS user_id) {}",
                                                         kAuditChange};
    return bind_audited(kInsert, entry);
}

}  // namespace mindspace::auth
