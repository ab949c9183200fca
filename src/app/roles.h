#pragma once
// The role table: what a process can be. A role is one row; `serve --roles` picks rows, and everything else follows.

#include "platform/base/result.h"
#include "platform/http/endpoint.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mindspace::app {

class Core;

struct Role {
    std::string_view name;
    std::uint16_t port;                   // where it listens when no gateway is in its process
    http::Endpoints (*open)(Core& core);  // makes its services on this core
};

// The gateway is the first row.
std::span<const Role> role_table();

// "all" or a comma-separated list of names, in any order. Error: invalid, naming what is unknown.
Result<std::vector<const Role*>> parse_roles(std::string_view list);

bool has_gateway(const std::vector<const Role*>& roles);

}  // namespace mindspace::app
