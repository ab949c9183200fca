#pragma once
// The calls of web pages that keep their refresh token in a cookie, and of all others: what the services do, with
// the token in the cookie where the page wants it there, and without the cookie once its login session has ended. It
// reads fields of HTTP and writes them; the rules are the services'.

#include "platform/http/wire/response.h"
#include "services/auth/accounts/service.h"
#include "services/auth/browsers/refresh_cookie.h"
#include "services/auth/logins/service.h"

namespace mindspace::auth {

class BrowserLogins {
public:
    BrowserLogins(AuthService& logins, AccountService& accounts, const BrowserSettings& settings)
        : logins_(logins), accounts_(accounts), cookies_(settings) {}

    // Those of the services. With `cookie` in the request, and for refresh() without a token: also forbidden
    // `bad_origin`.
    Awaitable<Result<LoggedIn>> register_user(Register request, Origin origin, PageFields page);
    Awaitable<Result<LoggedIn>> login(Login request, Origin origin, PageFields page);
    Awaitable<Result<Refreshed>> refresh(Refresh request, Origin origin, PageFields page);

    // The same with 204, and without the cookie of an ended login session.
    Awaitable<Result<http::Response>> logout(http::Principal principal, Origin origin, PageFields page);
    Awaitable<Result<http::Response>> logout_all(http::Principal principal, Origin origin, PageFields page);
    Awaitable<Result<http::Response>> revoke_session(http::Principal principal, AuthSessionId id, Origin origin,
                                                     PageFields page);
    Awaitable<Result<http::Response>> delete_account(http::Principal principal, DeleteAccount request,
                                                     std::optional<std::int32_t> expected_version, PageFields page);

private:
    // `login`, which does not begin if the page may not have the cookie, with the refresh token in the cookie.
    Awaitable<Result<LoggedIn>> store_cookie(PageFields page, Awaitable<Result<LoggedIn>> login);
    Awaitable<Result<Refreshed>> refresh_cookie(Origin origin, PageFields page);
    [[nodiscard]] http::Response ended(PageFields page, UserId user, std::optional<AuthSessionId> id = {}) const;

    AuthService& logins_;
    AccountService& accounts_;
    RefreshCookies cookies_;
};

}  // namespace mindspace::auth
