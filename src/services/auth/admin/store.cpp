#include "services/auth/admin/store.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/sql.h"

namespace mindspace::auth {

using postgres::ComposedStatement;
using postgres::Statement;

Awaitable<std::vector<ListedAccount>> AdminStore::list(std::optional<UserId> user, std::int32_t count) {
    // Ids increase with time.
    static constexpr Statement kList{"auth_list_accounts", R"(
        SELECT user_id, email, email_verified, display_name, role, disabled_at IS NOT NULL, created_at
        FROM user_directory JOIN credentials USING (user_id) WHERE $1::uuid IS NULL OR user_id = $1
        ORDER BY user_id DESC LIMIT $2)"};
    auto rows = co_await database_.query(kList, user, static_cast<std::int64_t>(count));
    std::vector<ListedAccount> accounts;
    for (auto row : rows)
        accounts.push_back({.id = row.get<UserId>(0),
                            .email = row.get<std::string>(1),
                            .email_verified = row.get<bool>(2),
                            .display_name = row.get<std::string>(3),
                            .role = schema::enum_value<http::Role>(row.get<std::string_view>(4)).value(),
                            .disabled = row.get<bool>(5),
                            .created_at = row.get<Timestamp>(6)});
    co_return accounts;
}

Awaitable<std::optional<SessionsEnd>> AdminStore::set_role(AuditEntry entry, http::Role role) {
    std::vector<postgres::Query> queries;
    queries.push_back(user::set_role(entry.user, role, entry.at));
    queries.push_back(lock_credentials_query(entry.user));
    queries.push_back(audit_query(entry));
    if (role == http::Role::user) queries.push_back(end_sessions_query(entry.user, {}, {}, entry.at));
    auto results = co_await database_.transaction(std::move(queries));
    if (role != http::Role::user) co_return std::nullopt;
    co_return read_sessions_end(results.back());
}

Awaitable<> AdminStore::mark_verified(UserId user, Timestamp now) {
    std::vector<postgres::Query> queries;
    queries.push_back(user::verify_email(user, now));
    co_await database_.transaction(std::move(queries));
}

Awaitable<std::optional<SessionsEnd>> AdminStore::disable(AuditEntry entry) {
    static constexpr ComposedStatement kDisable{"auth_disable_account", R"(
        WITH change AS (UPDATE credentials SET disabled_at = $3
                        WHERE user_id = $1 AND disabled_at IS NULL RETURNING user_id)
        {})",
                                                kAuditChange};
    std::vector<postgres::Query> queries;
    queries.push_back(lock_credentials_query(entry.user));
    queries.push_back(bind_audited(kDisable, entry));
    queries.push_back(end_sessions_query(entry.user, {}, {}, entry.at));
    auto results = co_await database_.transaction(std::move(queries));
    co_return read_sessions_end(results[2]);
}

Awaitable<> AdminStore::enable(AuditEntry entry) {
    static constexpr ComposedStatement kEnable{"auth_enable_account", R"(
        WITH change AS (UPDATE credentials SET disabled_at = NULL
                        WHERE user_id = $1 AND disabled_at IS NOT NULL RETURNING user_id)
        {})",
                                               kAuditChange};
    std::vector<postgres::Query> queries;
    queries.push_back(bind_audited(kEnable, entry));
    co_await database_.transaction(std::move(queries));
}

}  // namespace mindspace::auth
