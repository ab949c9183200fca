#pragma once
// Resolves a host name without blocking the loop. getaddrinfo() blocks and cannot be cancelled: it runs on the thread
// that Asio keeps for it (one per loop), and each caller stops waiting at its own deadline.

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace mindspace {

// Returns the addresses of a host in the resolver's order, without duplicates. A numeric address is returned as it is.
// Empty if the host is unknown or the deadline passes first.
Awaitable<std::vector<asio::ip::address>> resolve_host(asio::io_context& loop, std::string host,
                                                       std::chrono::steady_clock::time_point deadline);

}  // namespace mindspace
