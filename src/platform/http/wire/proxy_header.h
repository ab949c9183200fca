#pragma once
// The header with which a TCP proxy identifies the client of a connection: HAProxy's PROXY protocol, versions 1 (text)
// and 2 (binary), see https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt. It precedes everything, also TLS.
//
//     std::string header;
//     while (auto missing = missing_bytes(header).value()) header += read_exactly(missing);
//     auto client = source_of(header);

#include "platform/base/result.h"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>

namespace mindspace::http {

namespace asio = boost::asio;

// The minimum number of bytes that follow `received`; 0: the header is complete. Error: invalid, if it is not a header,
// or is longer than those of all known proxies.
Result<std::size_t> missing_bytes(std::string_view received);

// The client's address in a complete header. Nothing (nullopt) if the proxy opened the connection for itself, as for
// its health checks, or does not know the client's address.
std::optional<asio::ip::address> source_of(std::string_view header);

}  // namespace mindspace::http
