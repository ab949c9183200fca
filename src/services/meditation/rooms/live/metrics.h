#pragma once
// Metrics of one core's rooms, written by that core and read by the metrics page.

#include "platform/telemetry/metrics/page.h"

#include <vector>

namespace mindspace::meditation {

struct LiveMetrics {
    telemetry::Gauge rooms;
    telemetry::Gauge connections;          // open sockets
    telemetry::Gauge joined_connections;   // those of them that have been welcomed
    telemetry::Counter sockets_displaced;  // closed because their user opened one too many
    telemetry::Counter reactions_refused;  // from a user who sent too many
    telemetry::Counter events_received;    // events of the shared order that were received
    telemetry::Counter deliveries;         // event frames given to sockets
    telemetry::Histogram start_lag;        // from a group's start to the delivery of its event; 0 if that was before
    telemetry::Histogram end_lag;          // likewise from its end
    telemetry::Counter participants_lost;  // whose connections or node failed, and who did not reconnect
    telemetry::Counter hosts_replaced;     // after two minutes of absence
    telemetry::Counter groups_ended;       // on schedule, or because all participants had left
    telemetry::Counter tasks_failed;       // calls to Redis or PostgreSQL that failed
    telemetry::Counter records_failed;     // writes of attendance that had to be retried
    telemetry::Counter intervals_dropped;  // attendance intervals (the shortest): too many pending for one member
    telemetry::Counter joins_dropped;      // arrivals not published as events: too many pending
    telemetry::Counter scheduled_starts;   // groups that this core started on schedule
};

// Adds the metrics of all cores to the page.
void collect(const std::vector<const LiveMetrics*>& cores, telemetry::Page& page);

}  // namespace mindspace::meditation
