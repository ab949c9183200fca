#include "platform/http/browser/cookie.h"

#include <fmt/format.h>

namespace mindspace::http {

namespace {

// Removes and returns the first "name=value" (RFC 6265 section 5.4).
std::string_view take_pair(std::string_view& cookies) {
    const auto end = cookies.find(';');
    const auto pair = trim(cookies.substr(0, end));
    cookies = end == std::string_view::npos ? std::string_view() : cookies.substr(end + 1);
    return pair;
}

}  // namespace

std::optional<std::string_view> find_cookie(const RequestHead& head, std::string_view name) {
    std::optional<std::string_view> found;
    for (const auto& [field, value] : head.headers) {
        if (!equals_ignoring_case(field, "cookie")) continue;
        for (auto cookies = value; !cookies.empty();) {
            const auto pair = take_pair(cookies);
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
            if (found) return std::nullopt;
            found = pair.substr(equals + 1);
        }
    }
    return found;
}

std::string set_cookie(std::string_view name, std::string_view value, Seconds max_age, CookieTransport transport) {
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; {}SameSite=Strict", name, value, max_age.count(),
                       transport == CookieTransport::encrypted ? "Secure; " : "");
}

}  // namespace mindspace::http
