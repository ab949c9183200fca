#include "app/process/gateway_secret.h"

#include "app/embedded/data_directory.h"
#include "app/process/account.h"
#include "app/process/startup_error.h"
#include "platform/base/secret.h"
#include "platform/http/client/origin.h"

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <filesystem>

namespace mindspace::app {

namespace {

namespace fs = std::filesystem;

bool is_loopback(std::string_view host) {
    boost::system::error_code is_name;
    const auto address = asio::ip::make_address(std::string(host), is_name);
    return is_name ? host == "localhost" : address.is_loopback();
}

bool is_on_loopback(const std::vector<std::string>& nodes) {
    return std::ranges::all_of(nodes, [](const std::string& node) {
        const auto origin = http::parse_origin(node);
        return origin && is_loopback(origin->host);
    });
}

// Whether the traffic between this process and the other roles stays on this machine.
bool is_on_loopback_only(const Config& config, const Roles& roles) {
    if (!has_gateway(roles)) return is_loopback(config.http.role_address);
    return std::ranges::all_of(role_table(), [&](const Role& role) {
        return std::ranges::find(roles, &role) != roles.end() || is_on_loopback(config.of(role.name).nodes);
    });
}

// Next to the default data directory and not in it: a role's data directory may be elsewhere, or missing.
fs::path default_file() {
    fs::path directory = DataDirectory::default_path();
    directory += "-gateway";
    fs::create_directories(directory.parent_path());
    ensure_owned_directory(directory, 0700, current_account());
    return directory / "secret";
}

}  // namespace

std::optional<http::GatewayKeys> load_gateway_keys(const Config& config, const Roles& roles) {
    if (has_all(roles)) return std::nullopt;
    const auto& file = config.gateway.secret_file;
    if (file.empty() && !is_on_loopback_only(config, roles))
        throw StartupError(EX_CONFIG,
                           "gateway.secret_file must be set if gateway and roles are not on one machine: a file "
                           "with a line of at least 32 characters, the same on all of them");
    try {
        if (!file.empty()) return http::GatewayKeys::load(file);
        const auto secret = Secret::load_or_create(default_file());
        return http::GatewayKeys({base64url_encode(secret.keyed_hash("gateway", ""))});
    } catch (const std::runtime_error& fault) {
        throw StartupError(EX_CONFIG, fmt::format("gateway.secret_file: {}", fault.what()));
    }
}

}  // namespace mindspace::app
