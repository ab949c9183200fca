#include "services/auth/logins/store.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/errors.h"
#include "platform/postgres/values/sql.h"
#include "services/auth/accounts/email_key.h"

namespace mindspace::auth {

using postgres::ComposedStatement;
using postgres::Statement;

namespace {

// A condition on a row of auth_sessions of the user $1: it has neither ended individually nor with all of the user's.
constexpr char kNotEnded[] = R"(revoked_at IS NULL
        AND (auth_session_id > coalesce((SELECT sessions_ended_until FROM credentials WHERE user_id = $1),
                                        '00000000-0000-0000-0000-000000000000')
             OR auth_session_id = coalesce((SELECT kept_session FROM credentials WHERE user_id = $1),
                                           '00000000-0000-0000-0000-000000000000')))";

postgres::Query insert_session_query(const NewAuthSession& session) {
    static constexpr Statement kInsert{"auth_insert_session", R"(
        INSERT INTO auth_sessions (user_id, auth_session_id, device_name, ip, user_agent, tag_key, current_hash,
                                   created_at, last_used_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9))"};
    return postgres::bind(kInsert, session.user, session.id, session.device_name, session.ip, session.user_agent,
                          session.tag_key, session.token_hash, session.created_at, session.expires_at);
}

}  // namespace

postgres::Query lock_credentials_query(UserId user) {
    static constexpr Statement kLock{"auth_lock_credentials",
                                     "SELECT 1 FROM credentials WHERE user_id = $1 FOR NO KEY UPDATE"};
    return postgres::bind(kLock, user);
}

postgres::Query end_sessions_query(UserId user, std::optional<AuthSessionId> keep,
                                   std::optional<std::string> if_password, Timestamp now) {
    static constexpr Statement kEnd{"auth_end_sessions", R"(
        UPDATE credentials
        SET sessions_ended_until = greatest('00000000-0000-0000-0000-000000000000', sessions_ended_until,
                (SELECT auth_session_id FROM auth_sessions WHERE user_id = $1 ORDER BY auth_session_id DESC LIMIT 1)),
            kept_session = CASE WHEN $2::uuid = kept_session OR sessions_ended_until IS NULL
                                     OR $2::uuid > sessions_ended_until THEN $2::uuid END,
            sessions_ended_at = greatest($4, sessions_ended_at + interval '1 millisecond')
        WHERE user_id = $1 AND ($3::text IS NULL OR password_hash = $3)
        RETURNING sessions_ended_at, sessions_ended_until, kept_session)"};
    return postgres::bind(kEnd, user, keep, if_password, now);
}

std::optional<SessionsEnd> read_sessions_end(const postgres::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    return SessionsEnd{.at = rows[0].get<Timestamp>(0),
                       .until = rows[0].get<AuthSessionId>(1),
                       .except = rows[0].get<std::optional<AuthSessionId>>(2)};
}

Error email_taken() {
    return {ErrorCode::conflict, "email_taken", "An account with this email address already exists.", {}};
}

Awaitable<Result<>> AuthStore::insert_account(NewAccount account, AuditEntry entry) {
    static constexpr Statement kInsertEmail{"auth_insert_login_email",
                                            "INSERT INTO login_emails (email_key, user_id) VALUES ($1, $2)"};
    static constexpr Statement kInsertCredentials{
        "auth_insert_credentials", "INSERT INTO credentials (user_id, password_hash, changed_at) VALUES ($1, $2, $3)"};
    const auto& user = account.user;
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kInsertEmail, account.email_key, user.id));
    queries.push_back(user::insert_user(user));
    queries.push_back(postgres::bind(kInsertCredentials, user.id, account.password_hash, user.created_at));
    if (account.session) queries.push_back(insert_session_query(*account.session));
    queries.push_back(account.mail ? queue_mail_query(*account.mail, entry) : audit_query(entry));
    try {
        co_await database_.transaction(std::move(queries));
    } catch (const postgres::ConstraintViolation& violation) {
        if (violation.constraint() != "login_emails_pkey") throw;
        co_return email_taken();
    }
    co_return Result<>{};
}

// An account from before the present form of email_key() is found by its old key, if its address matches.
Awaitable<std::optional<Account>> AuthStore::find_account(std::string email) {
    const auto key = email_key(email);
    auto account = co_await find_by_key(key);
    auto former = former_email_key(email);
    if (account || former == key) co_return account;
    account = co_await find_by_key(std::move(former));
    if (!account) co_return std::nullopt;
    auto user = co_await find_user(account->user);
    if (!user || email_key(user->email) != key) co_return std::nullopt;
    co_return account;
}

Awaitable<std::optional<Account>> AuthStore::find_by_key(std::string email_key) {
    static constexpr Statement kFind{"auth_find_account", R"(
        SELECT user_id, password_hash, changed_at, disabled_at IS NOT NULL, sessions_ended_until
        FROM login_emails JOIN credentials USING (user_id) WHERE email_key = $1)"};
    auto rows = co_await database_.query(kFind, email_key);
    if (rows.empty()) co_return std::nullopt;
    co_return Account{.user = rows[0].get<UserId>(0),
                      .password_hash = rows[0].get<std::string>(1),
                      .password_changed_at = rows[0].get<Timestamp>(2),
                      .disabled = rows[0].get<bool>(3),
                      .sessions_ended_until = rows[0].get<std::optional<AuthSessionId>>(4)};
}

Awaitable<std::vector<std::string>> AuthStore::list_addresses(UserId user) {
    static constexpr Statement kList{"auth_list_addresses", R"(
        SELECT ip FROM (SELECT ip, last_used_at FROM auth_sessions WHERE user_id = $1
                        ORDER BY auth_session_id DESC LIMIT 1000) AS latest
        GROUP BY ip ORDER BY max(last_used_at) DESC LIMIT 100)"};
    auto rows = co_await database_.query(kList, user);
    std::vector<std::string> addresses;
    for (const auto row : rows) addresses.push_back(row.get<std::string>(0));
    co_return addresses;
}

Awaitable<std::optional<InsertedSession>> AuthStore::insert_session(NewAuthSession session, Account account,
                                                                    std::uint32_t max_sessions, AuditEntry entry) {
    // The lock makes a password change, which ends all login sessions, either precede this login or see it. It also
    // serialises the logins of one user, so that the second statement counts them all.
    static constexpr ComposedStatement kInsert{"auth_log_in", R"(
        WITH account AS (SELECT user_id FROM credentials
                         WHERE user_id = $1 AND changed_at = $9 AND disabled_at IS NULL
                           AND (sessions_ended_until IS NULL OR sessions_ended_until < $5) FOR NO KEY UPDATE),
             change AS (INSERT INTO auth_sessions (user_id, auth_session_id, device_name, ip, user_agent, tag_key,
                                                   current_hash, created_at, last_used_at, expires_at)
                        SELECT user_id, $5, $10, $6, $7, $11, $12, $3, $3, $13 FROM account RETURNING user_id)
        {})",
                                               kAuditChange};
    // The id of an audit row: the time of $5 and the random part of the login session's id.
    static constexpr ComposedStatement kEvictLeastUsed{"auth_end_least_used", R"(
        WITH ended AS (
                 UPDATE auth_sessions SET revoked_at = $3
                 WHERE user_id = $1 AND auth_session_id IN (
                     SELECT auth_session_id FROM auth_sessions
                     WHERE user_id = $1 AND auth_session_id <> $2 AND expires_at > $3 AND {}
                       AND EXISTS (SELECT 1 FROM auth_sessions WHERE user_id = $1 AND auth_session_id = $2)
                     ORDER BY last_used_at DESC, auth_session_id DESC OFFSET $4)
                 RETURNING user_id, auth_session_id),
             audited AS (
                 INSERT INTO audit_log (user_id, audit_id, at, action, auth_session_id, ip, user_agent, detail)
                 SELECT user_id, (left($5::uuid::text, 15) || substr(auth_session_id::text, 16))::uuid, $3,
                        'session_revoked', auth_session_id, $6, $7, $8 FROM ended)
        SELECT auth_session_id FROM ended)",
                                                       kNotEnded};
    std::vector<postgres::Query> queries;
    queries.push_back(bind_audited(kInsert, entry, account.password_changed_at, session.device_name, session.tag_key,
                                   session.token_hash, session.expires_at));
    const postgres::Json why{audit_detail("by", "auth.max_login_sessions")};
    queries.push_back(postgres::bind(kEvictLeastUsed, session.user, session.id, session.created_at,
                                     static_cast<std::int64_t>(max_sessions) - 1, Uuid::v7(session.created_at),
                                     session.ip, session.user_agent, why));
    queries.push_back(user::find_user_query(session.user));
    auto results = co_await database_.transaction(std::move(queries));
    auto user = user::read_user(session.user, results[2]);
    if (results[0].affected() == 0 || !user) co_return std::nullopt;
    InsertedSession inserted{.user = std::move(*user), .ended = {}};
    for (const auto row : results[1]) inserted.ended.push_back(row.get<AuthSessionId>(0));
    co_return inserted;
}

Awaitable<> AuthStore::insert_audit(AuditEntry entry) {
    std::vector<postgres::Query> queries;
    queries.push_back(audit_query(entry));
    co_await database_.transaction(std::move(queries));
}

Awaitable<std::optional<RefreshState>> AuthStore::find_refresh_state(UserId user, AuthSessionId id) {
    static constexpr ComposedStatement kFind{"auth_find_refresh_state", R"(
        SELECT tag_key, current_hash, previous_hash, rotation_salt, rotated_at, created_at, expires_at,
               NOT ({}), (SELECT role FROM user_directory WHERE user_id = $1)
        FROM auth_sessions WHERE user_id = $1 AND auth_session_id = $2)",
                                             kNotEnded};
    auto rows = co_await database_.query(kFind, user, id);
    if (rows.empty()) co_return std::nullopt;
    const auto row = rows[0];
    auto role = row.get<std::optional<std::string_view>>(8);
    if (!role) co_return std::nullopt;  // has just been deleted
    co_return RefreshState{.tag_key = row.get<Bytes>(0),
                           .current_hash = row.get<Bytes>(1),
                           .previous_hash = row.get<std::optional<Bytes>>(2),
                           .rotation_salt = row.get<std::optional<Bytes>>(3),
                           .rotated_at = row.get<std::optional<Timestamp>>(4),
                           .created_at = row.get<Timestamp>(5),
                           .expires_at = row.get<Timestamp>(6),
                           .revoked = row.get<bool>(7),
                           .role = schema::enum_value<http::Role>(*role).value()};
}

Awaitable<bool> AuthStore::rotate(Rotation rotation) {
    static constexpr ComposedStatement kRotate{"auth_rotate", R"(
        UPDATE auth_sessions
        SET previous_hash = current_hash, current_hash = $4, rotation_salt = $5, rotated_at = $6, last_used_at = $6,
            expires_at = $7
        WHERE user_id = $1 AND auth_session_id = $2 AND current_hash = $3 AND expires_at > $6 AND {})",
                                               kNotEnded};
    auto rows = co_await database_.query(kRotate, rotation.user, rotation.auth_session, rotation.presented_hash,
                                         rotation.successor_hash, rotation.salt, rotation.now, rotation.expires_at);
    co_return rows.affected() == 1;
}

Awaitable<bool> AuthStore::revoke(AuditEntry entry) {
    static constexpr ComposedStatement kRevoke{"auth_revoke", R"(
        WITH change AS (UPDATE auth_sessions SET revoked_at = $3
                        WHERE user_id = $1 AND auth_session_id = $5 AND revoked_at IS NULL RETURNING user_id)
        {})",
                                               kAuditChange};
    std::vector<postgres::Query> queries;
    queries.push_back(bind_audited(kRevoke, entry));
    auto results = co_await database_.transaction(std::move(queries));
    co_return results[0].affected() == 1;
}

Awaitable<SessionsEnd> AuthStore::revoke_all(AuditEntry entry) {
    std::vector<postgres::Query> queries;
    queries.push_back(lock_credentials_query(entry.user));
    queries.push_back(end_sessions_query(entry.user, {}, {}, entry.at));
    queries.push_back(audit_query(entry));
    auto results = co_await database_.transaction(std::move(queries));
    co_return read_sessions_end(results[1]).value_or(SessionsEnd::permanent());
}

Awaitable<bool> AuthStore::is_alive(UserId user, AuthSessionId id, Timestamp now) {
    static constexpr ComposedStatement kIsAlive{"auth_is_alive", R"(
        SELECT 1 FROM auth_sessions
        WHERE user_id = $1 AND auth_session_id = $2 AND expires_at > $3 AND {})",
                                                kNotEnded};
    auto rows = co_await database_.query(kIsAlive, user, id, now);
    co_return !rows.empty();
}

Awaitable<std::vector<LoginSession>> AuthStore::list_sessions(UserId user, LoginSessionPosition after,
                                                              std::int32_t count, Timestamp now) {
    static constexpr ComposedStatement kList{"auth_list_sessions", R"(
        SELECT auth_session_id, device_name, ip, user_agent, created_at, last_used_at FROM auth_sessions
        WHERE user_id = $1 AND expires_at > $2 AND (last_used_at, auth_session_id) < ($3, $4) AND {}
        ORDER BY last_used_at DESC, auth_session_id DESC LIMIT $5)",
                                             kNotEnded};
    auto rows = co_await database_.query(kList, user, now, after.at, after.id, static_cast<std::int64_t>(count));
    std::vector<LoginSession> sessions;
    for (auto row : rows)
        sessions.push_back({.id = row.get<AuthSessionId>(0),
                            .device_name = row.get<std::optional<std::string>>(1),
                            .ip = row.get<std::string>(2),
                            .user_agent = row.get<std::string>(3),
                            .created_at = row.get<Timestamp>(4),
                            .last_used_at = row.get<Timestamp>(5)});
    co_return sessions;
}

Awaitable<std::vector<SigningKey>> AuthStore::list_signing_keys() {
    static constexpr Statement kList{"auth_list_signing_keys", R"(
        SELECT public_key FROM signing_keys WHERE retires_at IS NULL OR retires_at > now() ORDER BY created_at DESC)"};
    auto rows = co_await database_.query(kList);
    std::vector<SigningKey> keys;
    for (auto row : rows) keys.push_back(SigningKey::from_public(row.get<Bytes>(0)));
    co_return keys;
}

}  // namespace mindspace::auth
