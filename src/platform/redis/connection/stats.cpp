#include "platform/redis/connection/stats.h"

#include "platform/telemetry/metrics/metrics.h"
#include "platform/telemetry/metrics/sum.h"

namespace mindspace::redis {

void collect(const std::vector<const ClientStats*>& cores, telemetry::Page& page) {
    const auto add = [&](auto figure) {
        return telemetry::sum(cores, [&](const auto& core) { return (core.*figure).value(); });
    };
    page.counter("mindspace_redis_commands", "Commands sent to Redis.", add(&ClientStats::commands));
    page.counter("mindspace_redis_errors", "Error replies of Redis.", add(&ClientStats::errors));
    page.counter("mindspace_redis_timeouts", "Redis connections closed because of a timeout.",
                 add(&ClientStats::timeouts));
    page.counter("mindspace_redis_refused", "Commands that Redis refused because it is out of memory.",
                 add(&ClientStats::refused));
    page.counter("mindspace_redis_reconnects", "Reconnections to Redis.", add(&ClientStats::reconnects));
    page.counter("mindspace_redis_redirections", "Commands that a node of a Redis Cluster redirected to another.",
                 add(&ClientStats::redirections));
}

}  // namespace mindspace::redis
