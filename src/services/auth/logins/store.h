#pragma once
// The tables of the auth service that a login uses: login_emails, credentials, auth_sessions, signing_keys. Later
// changes of an account are in accounts/store.h. No rules here.

#include "platform/async/awaitable.h"
#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/json/cursor.h"
#include "services/auth/admin/audit.h"
#include "services/auth/logins/sessions_end.h"
#include "services/auth/mail/queue.h"
#include "services/auth/tokens/signing_key.h"
#include "services/auth/types.h"
#include "services/user/client.h"

#include <optional>
#include <string>
#include <vector>

namespace mindspace::postgres {
class Client;
class Rows;
class Session;
}  // namespace mindspace::postgres

namespace mindspace::auth {

struct NewAuthSession {
    UserId user{};
    AuthSessionId id{};
    std::optional<std::string> device_name;
    std::string ip;
    std::string user_agent;
    Bytes tag_key;
    Digest token_hash{};
    Timestamp created_at{};
    Timestamp expires_at{};
};

struct Account {
    UserId user{};
    std::string password_hash;
    Timestamp password_changed_at{};
    bool disabled = false;
    std::optional<AuthSessionId> sessions_ended_until{};  // a new login session comes after it
};

// An account created by an operator has no login session, and no mail if the address is marked as verified.
struct NewAccount {
    user::NewUser user;
    std::string email_key;
    std::string password_hash;
    std::optional<NewAuthSession> session{};
    std::optional<NewMail> mail{};
};

// What a login has found and changed beside its own login session.
struct InsertedSession {
    user::User user;
    std::vector<AuthSessionId> ended;  // login sessions of the user, who had too many
};

// The state of one login session that rotation needs.
struct RefreshState {
    Bytes tag_key;
    Bytes current_hash;
    std::optional<Bytes> previous_hash;
    std::optional<Bytes> rotation_salt;
    std::optional<Timestamp> rotated_at;
    Timestamp created_at{};
    Timestamp expires_at{};
    bool revoked = false;
    http::Role role{};  // of the user
};

struct Rotation {
    UserId user{};
    AuthSessionId auth_session{};
    Digest presented_hash{};
    Digest successor_hash{};
    Bytes salt;
    Timestamp now{};
    Timestamp expires_at{};
};

// Login sessions are listed by last use, newest first.
using LoginSessionPosition = ListPosition<AuthSessionId>;

class AuthStore {
public:
    explicit AuthStore(postgres::Client& database) : database_(database) {}

    // Inserts everything in one transaction. Error: conflict `email_taken`.
    Awaitable<Result<>> insert_account(NewAccount account, AuditEntry entry);
    // By the address as its owner types it.
    Awaitable<std::optional<Account>> find_account(std::string email);
    // The addresses from which the user has logged in, the latest first; the last hundred.
    Awaitable<std::vector<std::string>> list_addresses(UserId user);
    // Keeps the most recently used of the user's other active sessions, `max_sessions` including the new one. Returns
    // nullopt, and changes nothing, if the account was deleted or disabled or its password changed since `account` was
    // read, or if all login sessions up to this one were ended.
    Awaitable<std::optional<InsertedSession>> insert_session(NewAuthSession session, Account account,
                                                             std::uint32_t max_sessions, AuditEntry entry);
    Awaitable<> insert_audit(AuditEntry entry);
    Awaitable<std::optional<user::User>> find_user(UserId id) { return user::find_user(database_, id); }

    Awaitable<std::optional<RefreshState>> find_refresh_state(UserId user, AuthSessionId id);
    // Replaces the token's hash if, and only if, `presented_hash` is still the current one and the session is active.
    Awaitable<bool> rotate(Rotation rotation);
    // Ends the entry's login session. False if it had ended before or never existed.
    Awaitable<bool> revoke(AuditEntry entry);
    // Ends all login sessions of the user.
    Awaitable<SessionsEnd> revoke_all(AuditEntry entry);
    Awaitable<bool> is_alive(UserId user, AuthSessionId id, Timestamp now);

    // The active ones after `after`; `current` stays false.
    Awaitable<std::vector<LoginSession>> list_sessions(UserId user, LoginSessionPosition after, std::int32_t count,
                                                       Timestamp now);

    // The keys whose tokens may still be valid.
    Awaitable<std::vector<SigningKey>> list_signing_keys();

private:
    Awaitable<std::optional<Account>> find_by_key(std::string email_key);

    postgres::Client& database_;
};

// Error conflict `email_taken`.
Error email_taken();

// All logins and changes of the credentials wait from then on until the end of the transaction.
postgres::Query lock_credentials_query(UserId user);

// The statement that ends all login sessions of the user, except `keep` if that one is active. It changes one row, and
// every process is notified once, however many sessions there are. An earlier statement of the transaction must hold
// the lock of the credentials, so that it comes after every earlier login. With `if_password` it ends them only if that
// is the stored hash when it runs.
postgres::Query end_sessions_query(UserId user, std::optional<AuthSessionId> keep,
                                   std::optional<std::string> if_password, Timestamp now);
// Reads its result; nullopt if there is no such account.
std::optional<SessionsEnd> read_sessions_end(const postgres::Rows& rows);

}  // namespace mindspace::auth
