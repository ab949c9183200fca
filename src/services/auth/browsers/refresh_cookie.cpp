#include "services/auth/browsers/refresh_cookie.h"

#include "services/auth/tokens/refresh_token.h"

namespace mindspace::auth {

namespace {

using http::CookieTransport;

constexpr std::string_view kHostCookie = "__Host-mindspace_refresh";
constexpr std::string_view kPlainCookie = "mindspace_refresh";

constexpr std::string_view cookie_name(CookieTransport transport) {
    return transport == CookieTransport::encrypted ? kHostCookie : kPlainCookie;
}

Error bad_origin() {
    return {ErrorCode::forbidden, "bad_origin", "Only pages of this server may use its cookie.", {}};
}

std::optional<std::string> as_string(std::optional<std::string_view> text) {
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace

PageFields PageFields::of(const http::RequestHead& head) {
    PageFields page{.origin = {},
                    .host = std::string(head.host),
                    .host_cookie = as_string(http::find_cookie(head, kHostCookie)),
                    .plain_cookie = as_string(http::find_cookie(head, kPlainCookie))};
    if (head.count("origin") == 1) page.origin = as_string(head.find("origin"));
    return page;
}

std::string RefreshCookie::store(Tokens& tokens) const {
    const auto token = std::exchange(tokens.refresh_token, std::nullopt).value();
    return http::set_cookie(cookie_name(transport_), token, Seconds(tokens.refresh_expires_in), transport_);
}

std::optional<std::string> RefreshCookie::remove(UserId user, std::optional<AuthSessionId> ended) const {
    if (!value_) return std::nullopt;
    const auto token = RefreshToken::parse(*value_);
    if (token && (token->user != user || (ended && token->auth_session != *ended))) return std::nullopt;
    return http::set_cookie(cookie_name(transport_), "", Seconds(0), transport_);
}

RefreshCookies::RefreshCookies(const BrowserSettings& settings)
    : origins_(settings.public_url, settings.allowed_origins) {}

// A cookie without the prefix counts only where no other can be: any host of the domain could have set it.
Result<RefreshCookie> RefreshCookies::of(PageFields page) const {
    if (!page.origin || !origins_.contains(*page.origin, page.host)) return bad_origin();
    if (http::is_trustworthy_origin(*page.origin))
        return RefreshCookie(std::move(page.host_cookie), CookieTransport::encrypted);
    return RefreshCookie(std::move(page.plain_cookie), CookieTransport::any);
}

}  // namespace mindspace::auth
