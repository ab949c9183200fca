#include "platform/postgres/connection/connection_string.h"

#include "platform/async/host_lookup.h"
#include "platform/base/result.h"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace mindspace::postgres {

namespace {

// Splits like libpq: an empty list has one empty element.
std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts(1);
    for (char c : list) {
        if (c == ',')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

// The i-th element; a single element applies to all.
std::string at(const std::vector<std::string>& parts, std::size_t i) {
    return i < parts.size() ? parts[i] : parts.size() == 1 ? parts[0] : "";
}

// True unless it is a directory of Unix sockets or an abstract socket.
bool is_name(const std::string& host) {
    return !host.empty() && host.front() != '/' && host.front() != '@';
}

void append(HostList& list, const std::string& host, const std::string& address, const std::string& port,
            bool is_first) {
    const std::string separator = is_first ? "" : ",";
    list.host += separator + host;
    list.hostaddr += separator + address;
    list.port += separator + port;
}

}  // namespace

std::string value_of(const std::string& conninfo, std::string_view keyword) {
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(conninfo.c_str(), nullptr),
                                                                        &PQconninfoFree);
    for (auto* option = parsed.get(); option != nullptr && option->keyword != nullptr; ++option)
        if (option->keyword == keyword && option->val != nullptr) return option->val;
    return {};
}

Awaitable<HostList> resolve_hosts(asio::io_context& loop, std::string conninfo,
                                  std::chrono::steady_clock::time_point deadline) {
    const auto hosts = split(value_of(conninfo, "host"));
    const auto addresses = split(value_of(conninfo, "hostaddr"));
    const auto ports = split(value_of(conninfo, "port"));
    HostList resolved;
    if (std::ranges::none_of(hosts, is_name) || (addresses.size() != 1 && addresses.size() != hosts.size()))
        co_return resolved;
    std::string last_unknown;
    std::size_t count = 0;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const auto given = addresses.size() == hosts.size() ? addresses[i] : "";
        if (!is_name(hosts[i]) || !given.empty()) {
            append(resolved, hosts[i], given, at(ports, i), count++ == 0);
            continue;
        }
        const auto found = co_await resolve_host(loop, hosts[i], deadline);
        if (found.empty()) last_unknown = hosts[i];
        for (const auto& address : found) append(resolved, hosts[i], address.to_string(), at(ports, i), count++ == 0);
    }
    if (count == 0) throw Unavailable("postgres: cannot resolve " + last_unknown);
    co_return resolved;
}

}  // namespace mindspace::postgres
