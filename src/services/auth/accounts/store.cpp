#include "services/auth/accounts/store.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/sql.h"

namespace mindspace::auth {

using postgres::ComposedStatement;
using postgres::Statement;

namespace {

// A CTE: the row of the token, and with it those of all others of its kind.
constexpr char kUseToken[] = R"(token AS (
            DELETE FROM one_time_tokens WHERE user_id = $1 AND kind = $9
              AND EXISTS (SELECT 1 FROM one_time_tokens AS usable WHERE usable.user_id = $1 AND usable.kind = $9
                                                                  AND usable.token_hash = $10 AND usable.expires_at > $3)
            RETURNING user_id, token_hash))";

std::string_view name_of(MailKind kind) {
    return schema::enum_name(kind);
}

// Ends the links to reset the password, once it has been changed to the one of `new_hash`.
postgres::Query invalidate_links_query(UserId user, std::string_view new_hash) {
    static constexpr Statement kInvalidate{"auth_invalidate_links", R"(
        DELETE FROM one_time_tokens WHERE user_id = $1 AND kind = $2
          AND EXISTS (SELECT 1 FROM credentials WHERE user_id = $1 AND password_hash = $3))"};
    return postgres::bind(kInvalidate, user, name_of(MailKind::password_reset), new_hash);
}

}  // namespace

Awaitable<std::optional<Account>> AccountStore::find(UserId user) {
    static constexpr Statement kFind{"auth_find_credentials", R"(
        SELECT password_hash, changed_at, disabled_at IS NOT NULL FROM credentials WHERE user_id = $1)"};
    auto rows = co_await database_.query(kFind, user);
    if (rows.empty()) co_return std::nullopt;
    co_return Account{.user = user,
                      .password_hash = rows[0].get<std::string>(0),
                      .password_changed_at = rows[0].get<Timestamp>(1),
                      .disabled = rows[0].get<bool>(2)};
}

Awaitable<> AccountStore::replace_hash(UserId user, std::string old_hash, std::string new_hash) {
    static constexpr Statement kReplace{
        "auth_replace_hash", "UPDATE credentials SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2"};
    co_await database_.query(kReplace, user, old_hash, new_hash);
}

Awaitable<std::optional<SessionsEnd>> AccountStore::change_password(AuditEntry entry, Account account,
                                                                    std::string new_hash, AuthSessionId keep,
                                                                    std::optional<Notice> notice) {
    static constexpr ComposedStatement kChange{"auth_change_password", R"(
        WITH change AS (UPDATE credentials SET password_hash = $9, changed_at = $3
                        WHERE user_id = $1 AND changed_at = $10 RETURNING user_id)
        {})",
                                               kAuditChange};
    std::vector<postgres::Query> queries;
    queries.push_back(bind_audited(kChange, entry, new_hash, account.password_changed_at));
    queries.push_back(end_sessions_query(entry.user, keep, new_hash, entry.at));
    queries.push_back(invalidate_links_query(entry.user, new_hash));
    if (notice) queries.push_back(queue_notice_query(entry.user, *notice, new_hash, entry.at));
    auto results = co_await database_.transaction(std::move(queries));
    if (results[0].affected() == 0) co_return std::nullopt;
    co_return read_sessions_end(results[1]);
}

Awaitable<bool> AccountStore::queue_mail(NewMail mail, AuditEntry entry) {
    std::vector<postgres::Query> queries;
    queries.push_back(queue_mail_query(mail, entry));
    auto results = co_await database_.transaction(std::move(queries));
    co_return results[0].affected() == 1;
}

Awaitable<bool> AccountStore::is_usable(OneTimeToken token, MailKind kind, Timestamp now) {
    static constexpr Statement kFind{"auth_find_one_time_token", R"(
        SELECT 1 FROM one_time_tokens WHERE user_id = $1 AND kind = $2 AND token_hash = $3 AND expires_at > $4)"};
    auto rows = co_await database_.query(kFind, token.user, name_of(kind), token.hash(), now);
    co_return !rows.empty();
}

Awaitable<std::optional<SessionsEnd>> AccountStore::reset_password(AuditEntry entry, OneTimeToken token,
                                                                   std::string new_hash, std::optional<Notice> notice) {
    static constexpr ComposedStatement kReset{"auth_reset_password", R"(
        WITH {},
        change AS (UPDATE credentials SET password_hash = $11, changed_at = $3 FROM token
                   WHERE credentials.user_id = $1 AND token.token_hash = $10 RETURNING credentials.user_id)
        {})",
                                              kUseToken, kAuditChange};
    std::vector<postgres::Query> queries;
    queries.push_back(bind_audited(kReset, entry, name_of(MailKind::password_reset), token.hash(), new_hash));
    queries.push_back(end_sessions_query(entry.user, {}, new_hash, entry.at));
    if (notice) queries.push_back(queue_notice_query(entry.user, *notice, new_hash, entry.at));
    auto results = co_await database_.transaction(std::move(queries));
    if (results[0].affected() == 0) co_return std::nullopt;
    co_return read_sessions_end(results[1]);
}

// The address is marked whether or not this call is the one that uses the token: the caller has seen that it was
// valid, which is sufficient proof.
Awaitable<bool> AccountStore::verify_email(AuditEntry entry, OneTimeToken token) {
    static constexpr ComposedStatement kUse{"auth_verify_email", R"(
        WITH {},
        change AS (SELECT user_id FROM token WHERE token_hash = $10)
        {})",
                                            kUseToken, kAuditChange};
    std::vector<postgres::Query> queries;
    queries.push_back(bind_audited(kUse, entry, name_of(MailKind::email_verification), token.hash()));
    queries.push_back(user::verify_email(entry.user, entry.at));
    auto results = co_await database_.transaction(std::move(queries));
    co_return results[0].affected() == 1;
}

Awaitable<std::vector<AuditRecord>> AccountStore::list_audit(UserId user, AuditId after, std::int32_t count) {
    static constexpr Statement kList{"auth_list_audit", R"(
        SELECT audit_id, at, action, auth_session_id, nullif(ip, ''), nullif(user_agent, ''), detail::text
        FROM audit_log WHERE user_id = $1 AND audit_id < $2 ORDER BY audit_id DESC LIMIT $3)"};
    auto rows = co_await database_.query(kList, user, after, static_cast<std::int64_t>(count));
    std::vector<AuditRecord> records;
    for (auto row : rows)
        records.push_back({.id = row.get<AuditId>(0),
                           .at = row.get<Timestamp>(1),
                           .action = row.get<std::string>(2),
                           .login_session_id = row.get<std::optional<AuthSessionId>>(3),
                           .ip = row.get<std::optional<std::string>>(4),
                           .user_agent = row.get<std::optional<std::string>>(5),
                           .detail = {row.get<std::string>(6)}});
    co_return records;
}

}  // namespace mindspace::auth
