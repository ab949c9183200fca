#pragma once
// Resolves a host name without blocking the loop. getaddrinfo() blocks and cannot be cancelled: it runs on the thread
// that Asio keeps for it (one a loop), and who waits for it stops waiting at a deadline of their own.

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace mindspace {

// The addresses of a host, in the resolver's order, each once. An address in digits is returned as it is. Empty when
// the host is unknown, or when the deadline passes first.
Awaitable<std::vector<asio::ip::address>> look_up_host(asio::io_context& loop, std::string host,
                                                       std::chrono::steady_clock::time_point deadline);

}  // namespace mindspace
