#pragma once
// The header with which a proxy that passes octets on tells whose connection it is: HAProxy's PROXY protocol, versions
// 1 (text) and 2 (binary), as of https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt. It comes first, before
// TLS.
//
//     std::string header;
//     while (auto missing = missing_octets(header).value()) header += read_exactly(missing);
//     auto client = source_of(header);

#include "platform/base/result.h"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>

namespace mindspace::http {

namespace asio = boost::asio;

// How many octets of the header are certainly still to come behind `begun`; 0: it is whole. Error: invalid, when it is
// none, or longer than any that is in use.
Result<std::size_t> missing_octets(std::string_view begun);

// Of a whole header. Nothing when the proxy speaks for itself, as in its health checks, or cannot say for whom.
std::optional<asio::ip::address> source_of(std::string_view header);

}  // namespace mindspace::http
