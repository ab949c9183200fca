#pragma once
// The secret that a gateway shares with the roles of other processes: from the file that the settings name, or, where
// nothing leaves the machine, from one that is made for all processes of this account.

#include "app/roles.h"
#include "app/settings/settings.h"
#include "platform/http/middleware/gateway_keys.h"

#include <optional>

namespace mindspace::app {

// Nothing when all roles are in this process. StartupError (EX_CONFIG) when it is needed and cannot be had.
std::optional<http::GatewayKeys> load_gateway_keys(const Config& config, const Roles& roles);

}  // namespace mindspace::app
