#pragma once
// Cookies of web pages (RFC 6265): which one a request sends, and the field that sets one. Values are tokens of ours,
// which need no quoting. Scripts never see such a cookie, and only pages of the same site send it.

#include "platform/base/time.h"
#include "platform/http/wire/request_head.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::http {

// The value of the cookie with that name. Nothing if the request sends none, or several: another host of the domain may
// have set one of them (RFC 6265 section 8.6).
[[nodiscard]] std::optional<std::string_view> find_cookie(const RequestHead& head, std::string_view name);

enum class CookieTransport {
    encrypted,  // sent over encrypted connections only, or to localhost
    any,
};

// A value of Set-Cookie. The cookie is for all paths of this host alone. Without an age the browser removes it.
[[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value, Seconds max_age,
                                     CookieTransport transport);

}  // namespace mindspace::http
