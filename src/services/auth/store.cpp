#include "services/auth/store.h"

#include "platform/postgres/client.h"
#include "platform/postgres/errors.h"
#include "platform/postgres/session.h"

namespace mindspace::auth {

using postgres::Statement;

namespace {

constexpr Statement kInsertLoginEmail{"auth_insert_login_email",
                                      "INSERT INTO login_emails (email_key, user_id) VALUES ($1, $2)"};

constexpr Statement kInsertCredentials{
    "auth_insert_credentials", "INSERT INTO credentials (user_id, password_hash, changed_at) VALUES ($1, $2, $3)"};

constexpr Statement kInsertSession{"auth_insert_session", R"(
    INSERT INTO auth_sessions (user_id, auth_session_id, device_name, ip, user_agent, tag_key, current_hash,
                               created_at, last_used_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9))"};

postgres::Query insert_session_query(const NewAuthSession& session) {
    return postgres::bind(kInsertSession, session.user, session.id, session.device_name, session.ip, session.user_agent,
                          session.tag_key, session.token_hash, session.created_at, session.expires_at);
}

}  // namespace

Awaitable<Result<>> AuthStore::insert_account(user::NewUser user, std::string email_key, std::string password_hash,
                                              NewAuthSession session) {
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kInsertLoginEmail, email_key, user.id));
    queries.push_back(user::insert_user(user));
    queries.push_back(postgres::bind(kInsertCredentials, user.id, password_hash, user.created_at));
    queries.push_back(insert_session_query(session));
    try {
        co_await database_.transaction(std::move(queries));
    } catch (const postgres::ConstraintViolation& violation) {
        if (violation.constraint() != "login_emails_pkey") throw;
        co_return Error{ErrorCode::conflict, "email_taken", "This email address has an account already.", {}};
    }
    co_return Result<>{};
}

Awaitable<std::optional<Account>> AuthStore::find_account(std::string email_key) {
    static constexpr Statement kFind{"auth_find_account", R"(
        SELECT user_id, password_hash FROM login_emails JOIN credentials USING (user_id) WHERE email_key = $1)"};
    auto rows = co_await database_.query(kFind, email_key);
    if (rows.empty()) co_return std::nullopt;
    co_return Account{.user = rows[0].get<UserId>(0), .password_hash = rows[0].get<std::string>(1)};
}

Awaitable<> AuthStore::insert_session(NewAuthSession session) {
    std::vector<postgres::Query> queries;
    queries.push_back(insert_session_query(session));
    co_await database_.transaction(std::move(queries));
}

Awaitable<std::optional<RefreshState>> AuthStore::find_refresh_state(UserId user, AuthSessionId id) {
    static constexpr Statement kFind{"auth_find_refresh_state", R"(
        SELECT tag_key, current_hash, previous_hash, rotation_salt, rotated_at, expires_at, revoked_at IS NOT NULL
        FROM auth_sessions WHERE user_id = $1 AND auth_session_id = $2)"};
    auto rows = co_await database_.query(kFind, user, id);
    if (rows.empty()) co_return std::nullopt;
    const auto row = rows[0];
    co_return RefreshState{.tag_key = row.get<Bytes>(0),
                           .current_hash = row.get<Bytes>(1),
                           .previous_hash = row.get<std::optional<Bytes>>(2),
                           .rotation_salt = row.get<std::optional<Bytes>>(3),
                           .rotated_at = row.get<std::optional<Timestamp>>(4),
                           .expires_at = row.get<Timestamp>(5),
                           .revoked = row.get<bool>(6)};
}

Awaitable<bool> AuthStore::rotate(Rotation rotation) {
    static constexpr Statement kRotate{"auth_rotate", R"(
        UPDATE auth_sessions
        SET previous_hash = current_hash, current_hash = $4, rotation_salt = $5, rotated_at = $6, last_used_at = $6,
            expires_at = $7
        WHERE user_id = $1 AND auth_session_id = $2 AND current_hash = $3 AND revoked_at IS NULL AND expires_at > $6)"};
    auto rows = co_await database_.query(kRotate, rotation.user, rotation.auth_session, rotation.presented_hash,
                                         rotation.successor_hash, rotation.salt, rotation.now, rotation.expires_at);
    co_return rows.affected() == 1;
}

Awaitable<> AuthStore::revoke(UserId user, AuthSessionId id, Timestamp now) {
    static constexpr Statement kRevoke{"auth_revoke", R"(
        UPDATE auth_sessions SET revoked_at = $3 WHERE user_id = $1 AND auth_session_id = $2 AND revoked_at IS NULL)"};
    co_await database_.query(kRevoke, user, id, now);
}

Awaitable<bool> AuthStore::is_alive(UserId user, AuthSessionId id, Timestamp now) {
    static constexpr Statement kIsAlive{"auth_is_alive", R"(
        SELECT 1 FROM auth_sessions
        WHERE user_id = $1 AND auth_session_id = $2 AND revoked_at IS NULL AND expires_at > $3)"};
    auto rows = co_await database_.query(kIsAlive, user, id, now);
    co_return !rows.empty();
}

Awaitable<std::vector<SigningKey>> AuthStore::list_signing_keys() {
    static constexpr Statement kList{"auth_list_signing_keys",
                                     "SELECT public_key FROM signing_keys ORDER BY created_at DESC"};
    auto rows = co_await database_.query(kList);
    std::vector<SigningKey> keys;
    for (std::size_t i = 0; i < rows.size(); ++i) keys.push_back(SigningKey::from_public(rows[i].get<Bytes>(0)));
    co_return keys;
}

Awaitable<> publish_signing_key(postgres::Session& session, SigningKey key, Timestamp now) {
    static constexpr Statement kInsert{
        "auth_insert_signing_key",
        "INSERT INTO signing_keys (kid, public_key, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
    co_await session.query(kInsert, key.kid(), key.public_key(), now);
}

}  // namespace mindspace::auth
