#pragma once
// The ports of this process. They are bound first, while the process may still be root, and start listening last.

#include "app/roles.h"
#include "app/settings/settings.h"
#include "platform/http/server/bound_port.h"

#include <map>
#include <string_view>
#include <vector>

namespace mindspace::app {

// The number of event loops.
unsigned core_count(const HttpSettings& http);

class Ports {
public:
    // Binds the gateway's port if there is a gateway, otherwise one port per role; and the port of the management
    // listener. Throws StartupError (EX_CONFIG) with a message for the operator if one cannot be bound.
    Ports(const Config& config, const Roles& roles);

    // The port of a role that listens.
    [[nodiscard]] http::BoundPort& of(const Role& role) { return of_roles_.at(role.name); }
    [[nodiscard]] const std::map<std::string_view, http::BoundPort>& of_roles() const { return of_roles_; }
    [[nodiscard]] http::BoundPort& management() { return management_; }

private:
    std::map<std::string_view, http::BoundPort> of_roles_;
    http::BoundPort management_;
};

}  // namespace mindspace::app
