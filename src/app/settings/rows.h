#pragma once
// The rows of the settings, by subject; settings.cpp combines them in the order of the documentation.

#include "app/settings/settings.h"

#include <vector>

namespace mindspace::app {

using SettingRows = std::vector<config::Setting>;

// The process, its ports, and the traffic between a gateway and other roles.
SettingRows network_rows(Config& config);
// PostgreSQL, Redis and brokers.
SettingRows backend_rows(Config& config);
// The limits and options of the services, the log and the traces.
SettingRows service_rows(Config& config);

}  // namespace mindspace::app
