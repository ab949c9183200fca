#pragma once
// What a client counts about itself. Written by the core that owns the client, read by whoever collects metrics.

#include "platform/telemetry/metrics/counter.h"

#include <vector>

namespace mindspace::telemetry {
class Page;
}

namespace mindspace::redis {

// Of all connections of one client.
struct ClientStats {
    telemetry::Counter commands;      // sent, those of the client itself (HELLO, PING) included
    telemetry::Counter errors;        // error replies, redirections included
    telemetry::Counter refused;       // of these, because the server has no memory left
    telemetry::Counter timeouts;      // connections given up because a command went unanswered
    telemetry::Counter reconnects;    // connections made again after a loss
    telemetry::Counter redirections;  // commands that a node of a cluster sent to another
    telemetry::Gauge pending;         // commands without a reply, now
};

// Adds the figures of all cores' clients to the page.
void collect(const std::vector<const ClientStats*>& cores, telemetry::Page& page);

}  // namespace mindspace::redis
