#pragma once
// The options of a Client, and its statistics.

#include "platform/postgres/connection/connection.h"
#include "platform/telemetry/metrics/histogram.h"

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
    Milliseconds query_timeout{5000};  // in the queue, and then for each statement; the server aborts a late one
    // Pending requests per connection; above: Unavailable. Overload is met earlier, by the time that they wait: 0.4 s
    // at 40,000 a second.
    std::size_t max_pending = 16'384;
};

// Written by the client's loop, read by any thread.
struct ClientStats {
    telemetry::Counter queries;     // requests that completed or failed
    telemetry::Counter errors;      // of these: failed
    telemetry::Counter timeouts;    // connections closed because the server was late
    telemetry::Counter reconnects;  // connections re-established after a loss
    telemetry::Gauge in_flight;     // pending requests
    telemetry::Gauge connections_up;
    telemetry::Gauge connections_wanted;  // as configured
    telemetry::Histogram durations;       // of requests, from their submission to their end
};

// Adds the metrics of all cores' clients to the page; a core may have several clients, which differ in their name.
void collect(const std::string& client, const std::vector<const ClientStats*>& cores, telemetry::Page& page);

}  // namespace mindspace::postgres
