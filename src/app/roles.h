#pragma once
// What a process can be. A role is a row of the table in modules.cpp; `serve --roles` picks rows, and everything else
// follows.

#include "platform/base/result.h"
#include "platform/http/api/endpoint.h"
#include "platform/retention/retention.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace {
class Module;
}

namespace mindspace::app {

struct Config;
struct RoleContext;

struct Role {
    std::string_view name;
    std::uint16_t default_port =
        0;                       // where it listens when no gateway is in its process; that of the gateway: http.port
    bool shares_secret = false;  // its processes compare keyed hashes, so they have one secret
    bool keeps_files = false;    // in the data directory
    http::DeclaredEndpoints (*declarations)();                     // what it serves, wherever it runs
    retention::Rules (*retention_rules)(const Config&) = nullptr;  // what it keeps for a while, wherever it runs
    std::unique_ptr<Module> (*make)(const RoleContext&);

    [[nodiscard]] bool is_gateway() const { return name == "gateway"; }
};

using Roles = std::vector<const Role*>;

// The gateway first.
std::span<const Role> role_table();

// "auth, meditation": those that the condition picks, in the order of the table.
std::string role_names(std::string_view separator, bool Role::* only = nullptr);

// "all" or a comma-separated list of names, in any order. Error: invalid, naming what is unknown.
Result<Roles> parse_roles(std::string_view list);

// All that is kept for a while only, by whatever role.
retention::Rules retention_rules(const Config& config);

bool has_gateway(const Roles& roles);
// Whether no role runs in another process.
bool has_all(const Roles& roles);

}  // namespace mindspace::app
