#include "app/process/ports.h"

#include "app/process/startup_error.h"

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <thread>

namespace mindspace::app {

namespace {

http::BoundPort take(const std::string& address, std::uint16_t port, std::size_t sockets, std::string_view setting) {
    try {
        return {address, port, sockets};
    } catch (const boost::system::system_error& failure) {
        throw StartupError(EX_CONFIG, fmt::format("cannot listen on {}:{}: {}; set {} to a free port", address, port,
                                                  failure.code().message(), setting));
    }
}

std::map<std::string_view, http::BoundPort> bind_all(const Config& config, const Roles& roles) {
    const auto& http = config.http;
    const auto cores = core_count(http);
    std::map<std::string_view, http::BoundPort> ports;
    if (has_gateway(roles)) {
        ports.emplace(role_table().front().name, take(http.address, http.port, cores, "http.port"));
        return ports;
    }
    for (const auto* role : roles)
        ports.emplace(role->name, take(http.role_address, config.of(role->name).port, cores,
                                       fmt::format("http.{}_port", role->name)));
    return ports;
}

}  // namespace

unsigned core_count(const HttpSettings& http) {
    return std::max(http.cores != 0 ? http.cores : std::thread::hardware_concurrency(), 1U);
}

Ports::Ports(const Config& config, const Roles& roles)
    : of_roles_(bind_all(config, roles)),
      management_(take(config.management.address, config.management.port, 1, "management.port")) {}

}  // namespace mindspace::app
