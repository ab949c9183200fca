#include "services/auth/endpoints.h"

#include "platform/base/text/utf8.h"
#include "services/auth/accounts/service.h"
#include "services/auth/browsers/browser_logins.h"
#include "services/auth/logins/service.h"

#include <algorithm>

namespace mindspace::auth {

using http::Access;
using http::Call;
using http::LimitClass;
using http::Method;
using http::Priority;

namespace {

using Rows = http::EndpointTable<AuthService, AccountService, BrowserLogins>;
using PageCall = Call<http::None, http::None, PageFields>;
template <class Body>
using PageCallWith = Call<Body, http::None, PageFields>;

// Header fields may contain any bytes; the stored part must be text.
Origin origin_of(http::ClientInfo client) {
    if (!is_valid_utf8(client.user_agent))
        std::ranges::replace_if(client.user_agent, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return {.ip = std::move(client.address), .user_agent = std::move(client.user_agent)};
}

Awaitable<Result<LoginSessionPage>> show_sessions(AuthService& service, http::Principal principal,
                                                  LoginSessionQuery query) {
    const auto context = "auth_sessions " + principal.user.to_string();
    auto after = page_start(context, query.cursor, kListStart<AuthSessionId>);
    if (!after) co_return after.error();
    auto part = co_await service.list_sessions(std::move(principal), *after, query.limit);
    co_return make_page<LoginSessionPage>(context, std::move(part));
}

Awaitable<Result<AuditPage>> show_audit(AccountService& service, UserId user, AuditQuery query) {
    static const auto kNewest = AuditId{Uuid::parse("ffffffff-ffff-ffff-ffff-ffffffffffff").value()};
    const auto context = "audit_log " + user.to_string();
    auto after = page_start(context, query.cursor, ListPosition<AuditId>{.at = {}, .id = kNewest});
    if (!after) co_return after.error();
    auto part = co_await service.list_audit(user, *after, query.limit);
    co_return make_page<AuditPage>(context, std::move(part));
}

Awaitable<Result<http::Response>> refuse_tag() {
    co_return precondition_failed();
}

void add_login_endpoints(Rows& rows) {
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/register",
              .access = Access::anyone,
              .summary = "Create an account and log in. A mail is sent to verify the address.",
              .success = 201,
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .creates = true,
              .errors = {"email_taken", "password_breached", "bad_origin"},
              .holds_secrets = true},
             [](BrowserLogins& service, PageCallWith<Register> call) {
                 return service.register_user(std::move(call.body), origin_of(std::move(call.client)),
                                              std::move(call.fields));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/login",
              .access = Access::anyone,
              .summary = "Log in with an email address and a password.",
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .errors = {"invalid_credentials", "account_disabled", "bad_origin"},
              .holds_secrets = true},
             [](BrowserLogins& service, PageCallWith<Login> call) {
                 return service.login(std::move(call.body), origin_of(std::move(call.client)), std::move(call.fields));
             });
    rows.add(
        {.method = Method::post,
         .path = "/api/v1/auth/refresh",
         .access = Access::anyone,
         .summary = "Exchange a refresh token for new tokens: that of the body or, without one, of a page's cookie.",
         .limit = LimitClass::auth,
         .priority = Priority::first,
         .errors = {"invalid_refresh_token", "refresh_reused", "credentials_missing", "bad_origin"},
         .holds_secrets = true},
        [](BrowserLogins& service, PageCallWith<Refresh> call) {
            return service.refresh(std::move(call.body), origin_of(std::move(call.client)), std::move(call.fields));
        });
    rows.add({.method = Method::get,
              .path = "/.well-known/jwks.json",
              .access = Access::anyone,
              .summary = "Get the public keys that verify access tokens (JWKS).",
              .limit = LimitClass::none,
              .priority = Priority::first,
              .cache_control = kJwksCacheControl},
             [](AuthService& service, Call<>) { return service.public_keys(); });
}

void add_session_endpoints(Rows& rows) {
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/logout",
              .summary = "Log out: end this login session and invalidate its tokens immediately.",
              .success = 204},
             [](BrowserLogins& service, PageCall call) {
                 return service.logout(call.principal, origin_of(std::move(call.client)), std::move(call.fields));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/logout-all",
              .summary = "Log out everywhere: end all login sessions of the caller, including this one.",
              .success = 204},
             [](BrowserLogins& service, PageCall call) {
                 return service.logout_all(call.principal, origin_of(std::move(call.client)), std::move(call.fields));
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/auth/sessions",
              .summary = "List the caller's login sessions, most recently used first.",
              .errors = {"invalid_cursor"}},
             [](AuthService& service, Call<http::None, LoginSessionQuery> call) {
                 return show_sessions(service, call.principal, std::move(call.query));
             });
    rows.add({.method = Method::del,
              .path = "/api/v1/auth/sessions/{id}",
              .summary = "End one of the caller's login sessions and invalidate its tokens immediately.",
              .success = 204},
             [](BrowserLogins& service, PageCall call) {
                 // A login session has no tag, so If-Match refers to another resource.
                 if (call.expected_version) return refuse_tag();
                 return service.revoke_session(call.principal, AuthSessionId{call.id},
                                               origin_of(std::move(call.client)), std::move(call.fields));
             });
}

void add_account_endpoints(Rows& rows) {
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/password/change",
              .summary = "Change the password and end the caller's other login sessions.",
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .errors = {"wrong_password", "password_breached"}},
             [](AccountService& service, Call<ChangePassword> call) {
                 return service.change_password(call.principal, std::move(call.body),
                                                origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/password/forgot",
              .access = Access::anyone,
              .summary = "Send a mail with a link to reset the password, if the address has an account.",
              .success = 202,
              .limit = LimitClass::auth,
              .priority = Priority::last},
             [](AccountService& service, Call<ForgotPassword> call) {
                 return service.forgot_password(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/password/reset",
              .access = Access::anyone,
              .summary = "Reset the password with the token from a mail and end all login sessions.",
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .errors = {"invalid_token", "password_breached"}},
             [](AccountService& service, Call<ResetPassword> call) {
                 return service.reset_password(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/email/verify",
              .access = Access::anyone,
              .summary = "Verify the email address with the token from a mail.",
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .errors = {"invalid_token"}},
             [](AccountService& service, Call<VerifyEmail> call) {
                 return service.verify_email(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/email/resend",
              .summary = "Send a new verification mail, unless the address is already verified.",
              .success = 202,
              .limit = LimitClass::auth,
              .priority = Priority::last},
             [](AccountService& service, Call<> call) {
                 return service.resend_verification(call.principal, origin_of(std::move(call.client)));
             });
}

// Endpoints of the user's resource that auth implements: the audit log, and the deletion, which requires the password.
void add_user_endpoints(Rows& rows) {
    rows.add({.method = Method::get,
              .path = "/api/v1/users/me/audit",
              .summary = "List the audit log of the caller's account, newest first: logins, password changes "
                         "and so on.",
              .errors = {"invalid_cursor"}},
             [](AccountService& service, Call<http::None, AuditQuery> call) {
                 return show_audit(service, call.principal.user, std::move(call.query));
             });
    rows.add({.method = Method::del,
              .path = "/api/v1/users/me",
              .summary = "Delete the account: erase personal data, release the address and invalidate all tokens.",
              .success = 204,
              .limit = LimitClass::auth,
              .errors = {"wrong_password", "precondition_failed"}},
             [](BrowserLogins& service, PageCallWith<DeleteAccount> call) {
                 return service.delete_account(call.principal, std::move(call.body), call.expected_version,
                                               std::move(call.fields));
             });
}

}  // namespace

http::EndpointTable<AuthService, AccountService, BrowserLogins> endpoints() {
    Rows rows;
    add_login_endpoints(rows);
    add_session_endpoints(rows);
    add_account_endpoints(rows);
    add_user_endpoints(rows);
    return rows;
}

}  // namespace mindspace::auth
