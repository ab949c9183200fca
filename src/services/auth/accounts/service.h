#pragma once
// What owners do to their account by password or by mail: changing and resetting the password, verifying the address.
// No HTTP, no SQL.

#include "platform/http/access/principal.h"
#include "platform/privacy/personal_data.h"
#include "services/auth/accounts/reset_requests.h"
#include "services/auth/parts.h"
#include "services/auth/types.h"

namespace mindspace::auth {

class AccountService {
public:
    // `personal_data`: of all services, for the end of an account.
    AccountService(AuthParts parts, MailQuota& quota, const privacy::PersonalTables& personal_data)
        : database_(parts.database),
          store_(parts.database),
          accounts_(parts.database),
          reset_requests_(parts.database, quota),
          quota_(quota),
          registry_(parts.redis),
          redis_(parts.redis),
          hasher_(parts.hasher),
          attempt_limiter_(parts.attempt_limiter),
          settings_(parts.settings),
          personal_data_(personal_data) {}

    // Ends the other login sessions. Error: forbidden `wrong_password`; rate_limited, after too many tries;
    // invalid `password_breached`.
    Awaitable<Result<>> change_password(http::Principal principal, ChangePassword request, Origin origin);
    // Stores that a link is requested; the mailer sends one if the address has an account. Neither the response nor
    // its duration reveals that. Error: unavailable, if too many requests wait.
    Awaitable<Result<>> forgot_password(ForgotPassword request, Origin origin);
    // Ends all login sessions. Error: invalid `invalid_token`, `password_breached`.
    Awaitable<Result<>> reset_password(ResetPassword request, Origin origin);
    // Error: invalid `invalid_token`.
    Awaitable<Result<>> verify_email(VerifyEmail request, Origin origin);
    // Mails a new link, unless the address is verified already. Error: rate_limited.
    Awaitable<Result<>> resend_verification(http::Principal principal, Origin origin);
    // The events of the account before `after`, newest first, at most `limit`.
    Awaitable<ListPart<AuditRecord, AuditId>> list_audit(UserId user, ListPosition<AuditId> after, std::int32_t limit);
    // Erases the account and all its data; its tokens become invalid on every node. Two concurrent calls both succeed.
    // Error: as change_password().
    Awaitable<Result<>> delete_account(http::Principal principal, DeleteAccount request,
                                       std::optional<std::int32_t> expected_version);

private:
    Awaitable<Result<std::optional<Account>>> check_password(http::Principal principal, std::string password);
    Awaitable<std::optional<Notice>> notice_of_change(UserId id, Timestamp now);

    postgres::Client& database_;
    AuthStore store_;
    AccountStore accounts_;
    ResetRequests reset_requests_;
    MailQuota& quota_;
    SessionRegistry registry_;
    redis::Client& redis_;
    PasswordHasher& hasher_;
    PasswordAttemptLimiter& attempt_limiter_;
    const AuthSettings& settings_;
    const privacy::PersonalTables& personal_data_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
