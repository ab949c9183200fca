#include "app/commands/doctor/subjects.h"
#include "platform/async/host_lookup.h"
#include "platform/async/run_on.h"
#include "platform/http/client/origin.h"
#include "platform/postgres/connection/connection_string.h"
#include "platform/redis/connection/url.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <chrono>
#include <set>
#include <sstream>

namespace mindspace::app::doctor {

namespace {

constexpr auto kTimeout = std::chrono::seconds(5);

// A host and the setting that names it.
struct NamedHost {
    std::string host;
    std::string setting;
    auto operator<=>(const NamedHost&) const = default;
};
using Hosts = std::set<NamedHost>;

// A PostgreSQL URL may have several hosts; a path is a Unix socket.
void add_database(Hosts& hosts, const std::string& conninfo, const std::string& setting) {
    std::istringstream list(postgres::value_of(conninfo, "host"));
    for (std::string host; std::getline(list, host, ',');)
        if (!host.empty() && !host.starts_with('/') && !host.starts_with('@')) hosts.insert({host, setting});
}

void add_redis(Hosts& hosts, const std::string& url) {
    if (url.empty()) return;
    const auto options = redis::parse_url(url);
    if (!options || !options->socket_path.empty()) return;
    for (const auto& seed : options->seeds) hosts.insert({seed.host, "redis.url"});
    if (!options->is_cluster()) hosts.insert({options->host, "redis.url"});
}

Hosts hosts_of(const Config& config) {
    Hosts hosts;
    if (const auto url = boost::urls::parse_uri(config.http.public_url))
        hosts.insert({std::string(url->host_address()), "http.public_url"});
    add_database(hosts, config.database.url, "database.url");
    add_database(hosts, config.database.direct_url, "database.direct_url");
    for (const auto& replica : config.database.replica_urls) add_database(hosts, replica, "database.replica_urls");
    add_redis(hosts, config.redis.url);
    for (const auto& role : config.roles)
        for (const auto& node : role.nodes)
            if (const auto origin = http::parse_origin(node))
                hosts.insert({origin->host, fmt::format("upstream.{}", role.name)});
    return hosts;
}

std::string list_of(const HostAddresses& addresses) {
    std::vector<std::string> texts;
    for (const auto& address : addresses) texts.push_back(address.to_string());
    return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

void check_dns(const Config& config, Checks& checks) {
    for (const auto& [host, setting] : hosts_of(config)) {
        asio::io_context loop;
        auto lookup = run_on(loop, resolve_host(loop, host, std::chrono::steady_clock::now() + kTimeout));
        loop.run();
        if (const auto addresses = lookup.get(); !addresses.empty())
            checks.ok("dns.name", fmt::format("{} ({}) is {}", host, setting, list_of(addresses)));
        else
            checks.fault("dns.name", fmt::format("{} ({}) cannot be resolved from this machine", host, setting),
                         fmt::format("add a record for {} to DNS or /etc/hosts, correct {}, or check /etc/resolv.conf",
                                     host, setting));
    }
}

}  // namespace mindspace::app::doctor
