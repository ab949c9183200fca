#pragma once
// The host and port of another server.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::http {

struct Origin {
    std::string host;  // a name or an address, IPv6 without its brackets
    std::uint16_t port = 0;

    // "host:port", as in a setting, a metric or a log line.
    [[nodiscard]] std::string to_string() const;
};

// "http://host:port" or "host:port"; an IPv6 address is in brackets. Nothing (nullopt) for anything else.
std::optional<Origin> parse_origin(std::string_view text);

}  // namespace mindspace::http
