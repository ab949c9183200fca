#pragma once
// The refresh token of a web page, in a cookie that no script can read. On an encrypted connection, and on localhost,
// its name begins with __Host-: no other host of the domain can set it. Elsewhere browsers refuse that.
//
// Only pages of this server, and of allowed origins, may make a call that uses it.

#include "platform/http/browser/cookie.h"
#include "platform/http/browser/page_origins.h"
#include "services/auth/settings.h"
#include "services/auth/types.h"

#include <optional>
#include <string>

namespace mindspace::auth {

// What a request tells of the page that sends it.
struct PageFields {
    std::optional<std::string> origin;
    std::string host;
    std::optional<std::string> host_cookie;  // __Host-
    std::optional<std::string> plain_cookie;

    static PageFields of(const http::RequestHead& head);
    // Whether an app could have sent the request, which has its refresh token in the body.
    [[nodiscard]] bool is_of_no_page() const { return !origin && !host_cookie && !plain_cookie; }
};

// The cookie of one page.
class RefreshCookie {
public:
    RefreshCookie(std::optional<std::string> value, http::CookieTransport transport)
        : value_(std::move(value)), transport_(transport) {}

    // The token that the page has sent.
    [[nodiscard]] const std::optional<std::string>& value() const { return value_; }
    // Takes the refresh token out of the tokens. Returns the field that stores it.
    [[nodiscard]] std::string store(Tokens& tokens) const;
    // The field that removes the cookie, unless it is of another login session than `ended`; without an id all of the
    // user's have ended.
    [[nodiscard]] std::optional<std::string> remove(UserId user, std::optional<AuthSessionId> ended) const;

private:
    std::optional<std::string> value_;
    http::CookieTransport transport_;
};

class RefreshCookies {
public:
    explicit RefreshCookies(const BrowserSettings& settings);

    // Error: forbidden `bad_origin`.
    [[nodiscard]] Result<RefreshCookie> of(PageFields page) const;

private:
    http::PageOrigins origins_;
};

}  // namespace mindspace::auth
