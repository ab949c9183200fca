#pragma once
// The ports of this process. They are taken before all else, while it may still be root, and listened on at the end.

#include "app/roles.h"
#include "app/settings/settings.h"
#include "platform/http/server/bound_port.h"

#include <map>
#include <string_view>
#include <vector>

namespace mindspace::app {

// How many event loops there are.
unsigned core_count(const HttpSettings& http);

class Ports {
public:
    // With a gateway its port, otherwise one for each role; and that of the management listener. StartupError
    // (EX_CONFIG), for a person, when one cannot be had.
    Ports(const Config& config, const Roles& roles);

    // Of a role that listens.
    [[nodiscard]] http::BoundPort& of(const Role& role) { return of_roles_.at(role.name); }
    [[nodiscard]] const std::map<std::string_view, http::BoundPort>& of_roles() const { return of_roles_; }
    [[nodiscard]] http::BoundPort& management() { return management_; }

private:
    std::map<std::string_view, http::BoundPort> of_roles_;
    http::BoundPort management_;
};

}  // namespace mindspace::app
