#pragma once
// Looks into libpq's connection strings (keywords and values, or a URI:
// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING), as far as connecting without blocking needs.

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace mindspace::postgres {

// The value of a keyword; empty when it is not there, or the string is malformed (which connecting then reports).
std::string value_of(const std::string& conninfo, std::string_view keyword);

// What libpq's keywords of the same names take: lists with commas, all three of one length.
struct HostList {
    std::string host;
    std::string hostaddr;
    std::string port;
};

// The hosts of a connection string with the addresses of those that it names, so that libpq, which would block the
// loop, has no name to resolve. A host with several addresses stands there once for each, a host that cannot be
// resolved not at all. All three are empty when nothing is to be resolved. Hosts from the environment or a service file
// are left to libpq. Throws Unavailable when no host is left.
Awaitable<HostList> resolve_hosts(asio::io_context& loop, std::string conninfo,
                                  std::chrono::steady_clock::time_point deadline);

}  // namespace mindspace::postgres
