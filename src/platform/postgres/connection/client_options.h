#pragma once
// How a Client is set up, and what it counts.

#include "platform/postgres/connection/link.h"
#include "platform/telemetry/metrics/counter.h"

#include <cstddef>
#include <string>
#include <vector>

namespace mindspace::telemetry {
class Page;
}

namespace mindspace::postgres {

struct ClientOptions {
    std::string conninfo;  // libpq's connection string or URI
    Pooling pooling = Pooling::none;
    int connections = 4;
    Milliseconds connect_timeout{2000};
    Milliseconds query_timeout{5000};  // for its turn, and then for each statement; the server ends one that is late
    std::size_t max_pending = 4096;    // unanswered requests a connection; above: Unavailable
};

// Written by the client's loop, read by any thread.
struct ClientStats {
    telemetry::Counter queries;     // requests answered or failed
    telemetry::Counter errors;      // of these: failed
    telemetry::Counter timeouts;    // connections given up because the server was late
    telemetry::Counter reconnects;  // connections made again after a loss
    telemetry::Gauge in_flight;     // requests not yet answered
    telemetry::Gauge connections_up;
};

// Adds the figures of all cores' clients to the page.
void collect(const std::vector<const ClientStats*>& cores, telemetry::Page& page);

}  // namespace mindspace::postgres
