#pragma once
// The address of a broker as users write it:
// SCHEME[s]://[user:password@]host[:port][,host[:port]]…[/path][?name=value&…], where the s selects TLS. User,
// password, path and values are percent-encoded (RFC 3986).

#include "platform/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::events {

struct BrokerAddress {
    std::string host;
    std::uint16_t port;
    bool operator==(const BrokerAddress&) const = default;
};

struct BrokerUrl {
    bool is_encrypted = false;
    std::string user;
    std::string password;
    std::vector<BrokerAddress> addresses;  // at least one
    std::string path;                      // without the leading slash
    std::map<std::string, std::string> query;
};

// The options that a transport supports, and its defaults.
struct BrokerScheme {
    std::string_view name;
    std::uint16_t port;
    std::uint16_t encrypted_port;
    std::vector<std::string_view> parameters;
};

// Error: invalid; the message never quotes the URL.
Result<BrokerUrl> parse_broker_url(std::string_view url, const BrokerScheme& scheme);

}  // namespace mindspace::events
