#pragma once
// The operations on accounts for operators; anyone who may run a command on the machine is an operator. Every change is
// recorded in the audit log. No SQL.

#include "services/auth/admin/store.h"
#include "services/auth/parts.h"

namespace mindspace::auth {

struct AccountByOperator {
    Register request;
    http::Role role = http::Role::user;
    bool verified = false;  // otherwise a mail asks the user to verify the address
};

class AdminService {
public:
    explicit AdminService(AuthParts parts)
        : store_(parts.database),
          admin_(parts.database),
          registry_(parts.redis),
          redis_(parts.redis),
          hasher_(parts.hasher),
          settings_(parts.settings) {}

    // Error: conflict `email_taken`; invalid `password_breached`.
    Awaitable<Result<UserId>> create(AccountByOperator account);
    // The user with this address or id. Error: not_found.
    Awaitable<Result<UserId>> find(std::string email_or_id);
    // Newest first; only `user` if given.
    Awaitable<std::vector<ListedAccount>> list(std::optional<UserId> user, std::int32_t count);
    // A former admin has to log in again: all login sessions end immediately, because access tokens contain the role at
    // the time of their creation.
    Awaitable<> set_role(UserId user, http::Role role);
    // Blocks further logins, and ends all login sessions immediately.
    Awaitable<> disable(UserId user);
    Awaitable<> enable(UserId user);
    // The first hundred active ones, last used first.
    Awaitable<std::vector<LoginSession>> list_sessions(UserId user);

private:
    AuthStore store_;
    AdminStore admin_;
    SessionRegistry registry_;
    redis::Client& redis_;
    PasswordHasher& hasher_;
    const AuthSettings& settings_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
