#pragma once
// The statistics of one client. Written by the core that owns the client, read by the thread that collects metrics.

#include "platform/telemetry/metrics/histogram.h"

#include <string>
#include <vector>

namespace mindspace::telemetry {
class Page;
}

namespace mindspace::redis {

// Sums over all connections of one client.
struct ClientStats {
    telemetry::Counter commands;      // sent, including those of the client itself (HELLO, PING)
    telemetry::Counter errors;        // error replies, including redirections, without those to unknown scripts
    telemetry::Counter refused;       // of these: because the server has no memory left
    telemetry::Counter timeouts;      // connections closed because a command got no reply in time
    telemetry::Counter reconnects;    // connections re-established after a loss
    telemetry::Counter redirections;  // commands that a node of a cluster redirected to another
    telemetry::Gauge pending;         // commands without a reply at the moment
    telemetry::Gauge connections_wanted;
    telemetry::Gauge connections_up;  // of these: prepared for use
    telemetry::Histogram durations;   // from a command to its reply
};

// Adds the metrics of all cores' clients to the page; those of subscribers have another name.
void collect(const std::string& client, const std::vector<const ClientStats*>& cores, telemetry::Page& page);

}  // namespace mindspace::redis
