#pragma once
// Parses libpq's connection strings (keywords and values, or a URI:
// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING) as far as connecting without blocking
// requires.

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace mindspace::postgres {

// The value of a keyword; empty if it is absent or the string is malformed (which connecting then reports).
std::string value_of(const std::string& conninfo, std::string_view keyword);

// The values of libpq's keywords with the same names: comma-separated lists, all three with the same number of
// elements.
struct HostList {
    std::string host;
    std::string hostaddr;
    std::string port;
};

// The hosts of a connection string with the addresses of those given by name, so that libpq, which would block the
// loop, has no name to resolve. A host with several addresses is listed once for each, an unresolvable host not at all.
// All three are empty if there is nothing to resolve. Hosts from the environment or a service file are left to libpq.
// Throws Unavailable if no host is left.
Awaitable<HostList> resolve_hosts(asio::io_context& loop, std::string conninfo,
                                  std::chrono::steady_clock::time_point deadline);

}  // namespace mindspace::postgres
