#pragma once
// What an operator may do to accounts; whoever may run a command on the machine is one. Every change is written down in
// the audit log. No SQL.

#include "services/auth/admin/store.h"
#include "services/auth/parts.h"

namespace mindspace::auth {

struct AccountByOperator {
    Register request;
    http::Role role = http::Role::user;
    bool verified = false;  // otherwise a mail asks to verify the address
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
    // Whom an address or an id names. Error: not_found.
    Awaitable<Result<UserId>> find(std::string email_or_id);
    // Newest first; only `user` when one is given.
    Awaitable<std::vector<ListedAccount>> list(std::optional<UserId> user, std::int32_t count);
    // Who is no admin any more logs in again: all login sessions end at once, since access tokens say the role they
    // were made with.
    Awaitable<> set_role(UserId user, http::Role role);
    // Nobody can log in any more, and all login sessions end at once.
    Awaitable<> disable(UserId user);
    Awaitable<> enable(UserId user);
    // The first hundred living ones, last used first.
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
