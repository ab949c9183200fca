#pragma once
// The secret that a gateway shares with the roles of other processes: from the file that the settings name, or, if no
// traffic leaves the machine, from a file that is created for all processes of this account.

#include "app/roles.h"
#include "app/settings/settings.h"
#include "platform/http/access/gateway_keys.h"

#include <optional>

namespace mindspace::app {

// Returns nullopt if all roles are in this process. Throws StartupError (EX_CONFIG) if the secret is needed and not
// available.
std::optional<http::GatewayKeys> load_gateway_keys(const Config& config, const Roles& roles);

}  // namespace mindspace::app
