#pragma once
// All that is kept for a while only: what the services and the platform declare.

#include "app/settings.h"
#include "platform/retention/retention.h"

namespace mindspace::app {

retention::Rules retention_rules(const Config& config);

}  // namespace mindspace::app
