#pragma once
// How long events are kept: published events for a week (outbox/partitions.h), dead letters for 90 days.

#include "platform/retention/retention.h"

namespace mindspace::events {

retention::Rules retention_rules();

}  // namespace mindspace::events
