#pragma once
// Figures of one core's rooms, written by that core and read by the metrics page.

#include "platform/telemetry/metrics/metrics.h"

#include <vector>

namespace mindspace::meditation {

struct LiveMetrics {
    telemetry::Gauge rooms;
    telemetry::Gauge connections;          // open sockets
    telemetry::Gauge joined_connections;   // of these, those that have been welcomed
    telemetry::Counter sockets_displaced;  // closed because their user opened one too many
    telemetry::Counter reactions_refused;  // of a user who sent too many
    telemetry::Counter events_heard;       // events of the shared order that came in
    telemetry::Counter deliveries;         // frames of events given to sockets
    telemetry::Counter participants_lost;  // whose connections broke, or whose node did, and who did not come back
    telemetry::Counter hosts_replaced;     // after two minutes away
    telemetry::Counter groups_ended;       // by their time, or because nobody was left
    telemetry::Counter tasks_failed;       // calls of Redis or PostgreSQL that a room could not make
    telemetry::Counter records_failed;     // writes of attendance that had to be tried again
    telemetry::Counter stretches_dropped;  // of attendance, the shortest, for too many of one member waited
    telemetry::Counter joins_dropped;      // arrivals that are not told as events, for too many waited
    telemetry::Counter scheduled_starts;   // groups that this core has started at their time
};

// Adds the figures of all cores to the page.
void collect(const std::vector<const LiveMetrics*>& cores, telemetry::Page& page);

}  // namespace mindspace::meditation
