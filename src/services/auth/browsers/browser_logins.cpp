#include "services/auth/browsers/browser_logins.h"

namespace mindspace::auth {

namespace {

Error no_refresh_token() {
    const schema::Path body;
    schema::Faults faults;
    faults.add(schema::Path{.parent = &body, .name = "refreshToken"}, "required", "is required");
    return schema::validation_failed(std::move(faults));
}

Error no_refresh_cookie() {
    return {ErrorCode::unauthenticated, "credentials_missing", "There is no cookie with a refresh token.", {}};
}

}  // namespace

Awaitable<Result<LoggedIn>> BrowserLogins::register_user(Register request, Origin origin, PageFields page) {
    const bool wants_cookie = request.cookie;
    auto login = logins_.register_user(std::move(request), std::move(origin));
    return wants_cookie ? store_cookie(std::move(page), std::move(login)) : std::move(login);
}

Awaitable<Result<LoggedIn>> BrowserLogins::login(Login request, Origin origin, PageFields page) {
    const bool wants_cookie = request.cookie;
    auto login = logins_.login(std::move(request), std::move(origin));
    return wants_cookie ? store_cookie(std::move(page), std::move(login)) : std::move(login);
}

Awaitable<Result<LoggedIn>> BrowserLogins::store_cookie(PageFields page, Awaitable<Result<LoggedIn>> login) {
    const auto cookie = cookies_.of(std::move(page));
    if (!cookie) co_return cookie.error();
    auto logged_in = co_await std::move(login);
    if (logged_in) logged_in->set_cookie = cookie->store(logged_in->tokens);
    co_return logged_in;
}

// A token in the body is an app's, even where a page has a cookie, too: the cookie is neither used nor changed.
Awaitable<Result<Refreshed>> BrowserLogins::refresh(Refresh request, Origin origin, PageFields page) {
    if (!request.refresh_token) co_return co_await refresh_cookie(std::move(origin), std::move(page));
    co_return co_await logins_.refresh(std::move(*request.refresh_token), std::move(origin));
}

Awaitable<Result<Refreshed>> BrowserLogins::refresh_cookie(Origin origin, PageFields page) {
    if (page.is_of_no_page()) co_return no_refresh_token();
    const auto cookie = cookies_.of(std::move(page));
    if (!cookie) co_return cookie.error();
    if (!cookie->value()) co_return no_refresh_cookie();
    auto refreshed = co_await logins_.refresh(*cookie->value(), std::move(origin));
    if (refreshed) refreshed->set_cookie = cookie->store(refreshed->tokens);
    co_return refreshed;
}

Awaitable<Result<http::Response>> BrowserLogins::logout(http::Principal principal, Origin origin, PageFields page) {
    const auto outcome = co_await logins_.logout(principal, std::move(origin));
    if (!outcome) co_return outcome.error();
    co_return ended(std::move(page), principal.user, principal.auth_session);
}

Awaitable<Result<http::Response>> BrowserLogins::logout_all(http::Principal principal, Origin origin, PageFields page) {
    const auto outcome = co_await logins_.logout_all(principal, std::move(origin));
    if (!outcome) co_return outcome.error();
    co_return ended(std::move(page), principal.user);
}

Awaitable<Result<http::Response>> BrowserLogins::revoke_session(http::Principal principal, AuthSessionId id,
                                                                Origin origin, PageFields page) {
    const auto outcome = co_await logins_.revoke_session(principal, id, std::move(origin));
    if (!outcome) co_return outcome.error();
    co_return ended(std::move(page), principal.user, id);
}

Awaitable<Result<http::Response>> BrowserLogins::delete_account(http::Principal principal, DeleteAccount request,
                                                                std::optional<std::int32_t> expected_version,
                                                                PageFields page) {
    const auto outcome = co_await accounts_.delete_account(principal, std::move(request), expected_version);
    if (!outcome) co_return outcome.error();
    co_return ended(std::move(page), principal.user);
}

// The caller has proven who they are by the access token. Where the page may not use the cookie, it stays as it is.
http::Response BrowserLogins::ended(PageFields page, UserId user, std::optional<AuthSessionId> id) const {
    http::Response response{.status = 204, .body = {}};
    const auto cookie = cookies_.of(std::move(page));
    if (!cookie) return response;
    if (auto removal = cookie->remove(user, id)) response.headers.emplace_back("Set-Cookie", std::move(*removal));
    return response;
}

}  // namespace mindspace::auth
