#include "platform/redis/connection/stats.h"

#include "platform/telemetry/metrics/page.h"
#include "platform/telemetry/metrics/sum.h"

namespace mindspace::redis {

void collect(const std::string& client, const std::vector<const ClientStats*>& cores, telemetry::Page& page) {
    const telemetry::Labels labels{{"client", client}};
    const auto add = [&](auto member) {
        return telemetry::sum(cores, [&](const auto& core) { return (core.*member).value(); });
    };
    const auto gauge = [&](auto metric) { return static_cast<std::int64_t>(add(metric)); };
    telemetry::HistogramSum durations;
    for (const auto* core : cores) durations += core->durations;
    page.counter("mindspace_redis_commands", "Commands sent to Redis.", add(&ClientStats::commands), labels);
    page.counter("mindspace_redis_errors", "Error replies of Redis.", add(&ClientStats::errors), labels);
    page.counter("mindspace_redis_timeouts", "Redis connections closed because of a timeout.",
                 add(&ClientStats::timeouts), labels);
    page.counter("mindspace_redis_refused", "Commands that Redis refused because it is out of memory.",
                 add(&ClientStats::refused), labels);
    page.counter("mindspace_redis_reconnects", "Reconnections to Redis.", add(&ClientStats::reconnects), labels);
    page.counter("mindspace_redis_redirections", "Commands that a node of a Redis Cluster redirected to another.",
                 add(&ClientStats::redirections), labels);
    page.gauge("mindspace_redis_in_flight", "Commands that Redis has not replied to yet.", gauge(&ClientStats::pending),
               labels);
    page.gauge("mindspace_redis_connections", "Connections to Redis that are up.", gauge(&ClientStats::connections_up),
               labels);
    page.gauge("mindspace_redis_connections_wanted", "Connections to Redis that the program maintains.",
               gauge(&ClientStats::connections_wanted), labels);
    page.histogram("mindspace_redis_command_duration_seconds", "Time from a command to the reply of Redis.", durations,
                   labels);
}

}  // namespace mindspace::redis
