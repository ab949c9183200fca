#pragma once
// The tables of the auth service: login_emails, credentials, auth_sessions, signing_keys. No rules here.

#include "platform/base/async.h"
#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "services/auth/signing_key.h"
#include "services/user/client.h"

#include <optional>
#include <string>
#include <vector>

namespace mindspace::postgres {
class Session;
}

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
};

// One login session as the rotation sees it.
struct RefreshState {
    Bytes tag_key;
    Bytes current_hash;
    std::optional<Bytes> previous_hash;
    std::optional<Bytes> rotation_salt;
    std::optional<Timestamp> rotated_at;
    Timestamp expires_at{};
    bool revoked = false;
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

class AuthStore {
public:
    explicit AuthStore(postgres::Client& database) : database_(database) {}

    // The address, the user, the password and the first login session in one transaction.
    // Error: conflict `email_taken`.
    Awaitable<Result<>> insert_account(user::NewUser user, std::string email_key, std::string password_hash,
                                       NewAuthSession session);
    Awaitable<std::optional<Account>> find_account(std::string email_key);
    Awaitable<> insert_session(NewAuthSession session);
    Awaitable<std::optional<user::User>> find_user(UserId id) { return user::find_user(database_, id); }

    Awaitable<std::optional<RefreshState>> find_refresh_state(UserId user, AuthSessionId id);
    // Swaps the token's hash if, and only if, `presented_hash` is still the current one and the session lives.
    Awaitable<bool> rotate(Rotation rotation);
    Awaitable<> revoke(UserId user, AuthSessionId id, Timestamp now);
    Awaitable<bool> is_alive(UserId user, AuthSessionId id, Timestamp now);

    Awaitable<std::vector<SigningKey>> list_signing_keys();

private:
    postgres::Client& database_;
};

// Makes the key's public half known to every role; harmless when it is known already. At the start, before anybody
// can be given a token.
Awaitable<> publish_signing_key(postgres::Session& session, SigningKey key, Timestamp now);

}  // namespace mindspace::auth
