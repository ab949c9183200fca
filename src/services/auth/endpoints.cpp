#include "services/auth/endpoints.h"

#include "platform/base/utf8.h"
#include "services/auth/accounts/service.h"
#include "services/auth/logins/service.h"
#include "services/auth/mail/link_pages.h"

#include <algorithm>

namespace mindspace::auth {

using http::Access;
using http::Call;
using http::LimitClass;
using http::Method;
using http::Priority;

namespace {

using Rows = http::EndpointTable<AuthService, AccountService>;

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

Awaitable<Result<>> refuse_tag() {
    co_return precondition_failed();
}

void add_login_endpoints(Rows& rows) {
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/register",
              .access = Access::anyone,
              .summary = "Create an account and log in; a mail asks to verify the address.",
              .success = 201,
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .creates = true,
              .errors = {"email_taken", "password_breached"},
              .holds_secrets = true},
             [](AuthService& service, Call<Register> call) {
                 return service.register_user(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/login",
              .access = Access::anyone,
              .summary = "Log in with an email address and a password.",
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .errors = {"invalid_credentials", "account_disabled"},
              .holds_secrets = true},
             [](AuthService& service, Call<Login> call) {
                 return service.login(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/refresh",
              .access = Access::anyone,
              .summary = "Exchange a refresh token for new tokens.",
              .limit = LimitClass::auth,
              .priority = Priority::first,
              .errors = {"invalid_refresh_token", "refresh_reused"},
              .holds_secrets = true},
             [](AuthService& service, Call<Refresh> call) {
                 return service.refresh(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::get,
              .path = "/.well-known/jwks.json",
              .access = Access::anyone,
              .summary = "The public keys that access tokens are signed with.",
              .limit = LimitClass::none,
              .priority = Priority::first,
              .cache_control = kJwksCacheControl},
             [](AuthService& service, Call<>) { return service.public_keys(); });
}

void add_session_endpoints(Rows& rows) {
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/logout",
              .summary = "End this login session; its tokens are dead at once."},
             [](AuthService& service, Call<> call) {
                 return service.logout(call.principal, origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/logout-all",
              .summary = "End every login session of the caller, this one included."},
             [](AuthService& service, Call<> call) {
                 return service.logout_all(call.principal, origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/auth/sessions",
              .summary = "The caller's login sessions, last used first.",
              .errors = {"invalid_cursor"}},
             [](AuthService& service, Call<http::None, LoginSessionQuery> call) {
                 return show_sessions(service, call.principal, std::move(call.query));
             });
    rows.add({.method = Method::del,
              .path = "/api/v1/auth/sessions/{id}",
              .summary = "End one of the caller's login sessions; its tokens are dead at once."},
             [](AuthService& service, Call<> call) {
                 // A login session has no tag, so If-Match refers to another resource.
                 if (call.expected_version) return refuse_tag();
                 return service.revoke_session(call.principal, AuthSessionId{call.id},
                                               origin_of(std::move(call.client)));
             });
}

void add_account_endpoints(Rows& rows) {
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/password/change",
              .summary = "Choose another password; the caller's other login sessions end.",
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
              .summary = "Mail a link to set a new password, if the address has an account.",
              .success = 202,
              .limit = LimitClass::auth,
              .priority = Priority::last},
             [](AccountService& service, Call<ForgotPassword> call) {
                 return service.forgot_password(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/password/reset",
              .access = Access::anyone,
              .summary = "Set a new password by the token of a mail; all login sessions end.",
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .errors = {"invalid_token", "password_breached"}},
             [](AccountService& service, Call<ResetPassword> call) {
                 return service.reset_password(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/email/verify",
              .access = Access::anyone,
              .summary = "Verify the address by the token of a mail.",
              .limit = LimitClass::auth,
              .priority = Priority::last,
              .errors = {"invalid_token"}},
             [](AccountService& service, Call<VerifyEmail> call) {
                 return service.verify_email(std::move(call.body), origin_of(std::move(call.client)));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/auth/email/resend",
              .summary = "Mail a new link to verify the address, unless it is verified.",
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
              .summary = "What happened to the caller's account, newest first: logins, changes of the "
                         "password and the like.",
              .errors = {"invalid_cursor"}},
             [](AccountService& service, Call<http::None, AuditQuery> call) {
                 return show_audit(service, call.principal.user, std::move(call.query));
             });
    rows.add({.method = Method::del,
              .path = "/api/v1/users/me",
              .summary = "Delete the account: personal data is erased, the address is free again, all tokens die.",
              .limit = LimitClass::auth,
              .errors = {"wrong_password", "precondition_failed"}},
             [](AccountService& service, Call<DeleteAccount> call) {
                 return service.delete_account(call.principal, std::move(call.body), call.expected_version);
             });
}

void add_link_pages(Rows& rows) {
    auto page = [](std::string_view path) {
        return http::Declaration{.method = Method::get,
                                 .path = path,
                                 .access = Access::anyone,
                                 .summary = "The page behind the link of a mail.",
                                 .limit = LimitClass::none,
                                 .cached = true,
                                 .hidden = true};
    };
    rows.add(page(kVerifyEmailPath),
             [](Call<http::None, LinkQuery>) { return link_page(MailKind::email_verification); });
    rows.add(page(kResetPasswordPath), [](Call<http::None, LinkQuery>) { return link_page(MailKind::password_reset); });
}

}  // namespace

http::EndpointTable<AuthService, AccountService> endpoints() {
    Rows rows;
    add_login_endpoints(rows);
    add_session_endpoints(rows);
    add_account_endpoints(rows);
    add_user_endpoints(rows);
    add_link_pages(rows);
    return rows;
}

}  // namespace mindspace::auth
