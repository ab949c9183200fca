#include "app/jobs/retention_rules.h"

#include "platform/events/outbox/partitions.h"
#include "platform/idempotency/idempotency.h"
#include "services/auth/retention.h"
#include "services/meditation/retention.h"

#include <algorithm>
#include <iterator>

namespace mindspace::app {

retention::Rules retention_rules(const Config& config) {
    auto rules = auth::retention_rules(config.auth.address_retention);
    std::ranges::move(meditation::retention_rules(), std::back_inserter(rules));
    rules.push_back(http::retention_rule());
    rules.push_back({.name = "outbox_partitions", .remove = &events::keep_outbox_partitions});
    return rules;
}

}  // namespace mindspace::app
