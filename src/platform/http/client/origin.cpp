#include "platform/http/client/origin.h"

#include "platform/http/wire/syntax.h"

#include <charconv>

namespace mindspace::http {

std::string Origin::to_string() const {
    const bool is_ipv6 = host.contains(':');
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Origin> parse_origin(std::string_view text) {
    constexpr std::string_view kScheme = "http://";
    if (text.starts_with(kScheme)) text.remove_prefix(kScheme.size());
    if (text.ends_with('/')) text.remove_suffix(1);
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        if (host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return std::nullopt;
    } else if (!consists_of(host, CharClass::host)) {
        return std::nullopt;
    }
    Origin origin{.host = std::string(host)};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), origin.port);
    if (host.empty() || error != std::errc() || end != port.data() + port.size() || origin.port == 0)
        return std::nullopt;
    return origin;
}

}  // namespace mindspace::http
