#pragma once
// Changes of an account after its registration: credentials and one_time_tokens. No rules here.

#include "services/auth/logins/store.h"

namespace mindspace::auth {

class AccountStore {
public:
    explicit AccountStore(postgres::Client& database) : database_(database) {}

    Awaitable<std::optional<Account>> find(UserId user);
    // Stores another hash of the same password, if `old_hash` is still the stored one.
    Awaitable<> replace_hash(UserId user, std::string old_hash, std::string new_hash);
    // Ends the user's login sessions except `keep`. Returns nullopt, and changes nothing, if the password has changed
    // since `account` was read. In the same transaction, password reset links become invalid and the notice is queued.
    Awaitable<std::optional<SessionsEnd>> change_password(AuditEntry entry, Account account, std::string new_hash,
                                                          AuthSessionId keep, std::optional<Notice> notice);

    // False, and nothing changed, if the account no longer exists.
    Awaitable<bool> queue_mail(NewMail mail, AuditEntry entry);
    // Whether the token could be used at the moment.
    Awaitable<bool> is_usable(OneTimeToken token, MailKind kind, Timestamp now);
    // Uses the token, which invalidates all others of its kind, queues the notice, sets the password and ends all login
    // sessions. Returns nullopt, and changes nothing, if the token can no longer be used.
    Awaitable<std::optional<SessionsEnd>> reset_password(AuditEntry entry, OneTimeToken token, std::string new_hash,
                                                         std::optional<Notice> notice);
    // Uses the token and marks the user's address as verified. False if the token can no longer be used.
    Awaitable<bool> verify_email(AuditEntry entry, OneTimeToken token);

    // The entries of the user's audit log after `after`, newest first.
    Awaitable<std::vector<AuditRecord>> list_audit(UserId user, AuditId after, std::int32_t count);

private:
    postgres::Client& database_;
};

}  // namespace mindspace::auth
