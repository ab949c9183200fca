#pragma once
// The role table: what a process can be. A role is one row; `serve --roles` picks rows, and everything else follows.

#include "app/settings.h"
#include "platform/base/result.h"
#include "platform/http/api/endpoint.h"

#include <span>
#include <string_view>
#include <vector>

namespace mindspace::app {

class Core;

struct Role {
    std::string_view name;
    std::uint16_t HttpSettings::* port;                     // where it listens when no gateway is in its process
    std::vector<std::string> UpstreamSettings::* upstream;  // where a gateway finds it; null for the gateway itself
    void (*open)(Core& core);                               // makes its services on this core
    http::Endpoints (*endpoints)(Core& core);               // where it has been opened
    http::DeclaredEndpoints (*declarations)();              // the same, for a gateway that forwards to it
};

// The gateway is the first row.
std::span<const Role> role_table();

// "all" or a comma-separated list of names, in any order. Error: invalid, naming what is unknown.
Result<std::vector<const Role*>> parse_roles(std::string_view list);

bool has_gateway(const std::vector<const Role*>& roles);
// Whether no role runs in another process.
bool has_all(const std::vector<const Role*>& roles);

}  // namespace mindspace::app
