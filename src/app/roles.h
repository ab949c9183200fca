#pragma once
// The roles of a process. A role is a row of the table in modules.cpp; `serve --roles` selects rows, and everything
// else is derived from them.

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
    std::uint16_t default_port = 0;  // the port if no gateway is in its process; the gateway's port is http.port
    bool shares_secret = false;      // its processes compare keyed hashes, so they share one secret
    bool stores_files = false;       // in the data directory
    http::DeclaredEndpoints (*declarations)();                     // the endpoints it serves, in any process
    retention::Rules (*retention_rules)(const Config&) = nullptr;  // for its data, in any process
    std::unique_ptr<Module> (*make)(const RoleContext&);

    [[nodiscard]] bool is_gateway() const { return name == "gateway"; }
};

using Roles = std::vector<const Role*>;

// The rows; the gateway is first.
std::span<const Role> role_table();

// "auth, meditation": the names of the roles for which the member is true (all without one), in the order of the table.
std::string role_names(std::string_view separator, bool Role::* only = nullptr);

// Parses "all" or a comma-separated list of names, in any order. Error: invalid, with the unknown names.
Result<Roles> parse_roles(std::string_view list);

// The retention rules of all roles.
retention::Rules retention_rules(const Config& config);

bool has_gateway(const Roles& roles);
// Whether no role runs in another process.
bool has_all(const Roles& roles);

}  // namespace mindspace::app
