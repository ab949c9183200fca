#pragma once
// Resolves host names without blocking the loop. getaddrinfo() blocks and cannot be cancelled: it runs on the thread
// that Asio keeps for it (one per loop), and its results are cached for each loop (host_cache.h).

#include "platform/async/host_cache.h"

namespace mindspace {

// Returns the addresses of a host in the resolver's order, without duplicates. A numeric address is returned as it is.
// Empty if the host is unknown, or if nothing is known of it when the deadline passes.
Awaitable<HostAddresses> resolve_host(asio::io_context& loop, std::string host,
                                      std::chrono::steady_clock::time_point deadline);

// Has the C library repeat a query that was lost after a second rather than five, unless RES_OPTIONS is set
// (resolv.conf(5)). To be called before the first thread starts.
void shorten_name_server_timeout();

}  // namespace mindspace
