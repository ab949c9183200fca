#pragma once
// The account data that operators read and change. No rules here.

#include "services/auth/logins/store.h"

namespace mindspace::auth {

// An account as an operator sees it.
struct ListedAccount {
    UserId id{};
    std::string email;
    bool email_verified = false;
    std::string display_name;
    http::Role role = http::Role::user;
    bool disabled = false;
    Timestamp created_at{};

    static constexpr std::string_view kName = "ListedAccount";
    static constexpr auto fields() {
        return std::tuple{field("id", &ListedAccount::id),
                          field("email", &ListedAccount::email),
                          field("emailVerified", &ListedAccount::email_verified),
                          field("displayName", &ListedAccount::display_name),
                          field("role", &ListedAccount::role),
                          field("disabled", &ListedAccount::disabled),
                          field("createdAt", &ListedAccount::created_at)};
    }
};

class AdminStore {
public:
    explicit AdminStore(postgres::Client& database) : database_(database) {}

    // Newest first; only `user` if given.
    Awaitable<std::vector<ListedAccount>> list(std::optional<UserId> user, std::int32_t count);
    // Also ends all login sessions if it removes the role of an admin.
    Awaitable<std::optional<SessionsEnd>> set_role(AuditEntry entry, http::Role role);
    Awaitable<> mark_verified(UserId user, Timestamp now);
    // Also ends all login sessions. nullopt if there is no such account.
    Awaitable<std::optional<SessionsEnd>> disable(AuditEntry entry);
    Awaitable<> enable(AuditEntry entry);

private:
    postgres::Client& database_;
};

}  // namespace mindspace::auth
