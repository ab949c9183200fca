#pragma once
// How long events are kept: what is published, a week (outbox/partitions.h); what was put aside, 90 days.

#include "platform/retention/retention.h"

namespace mindspace::events {

retention::Rules retention_rules();

}  // namespace mindspace::events
