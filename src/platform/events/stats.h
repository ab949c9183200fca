#pragma once
// What the parts of the event pipeline count. Written by their loop, read by any thread.

#include "platform/telemetry/metrics/metrics.h"

#include <string>

namespace mindspace::events {

struct ConsumerStats {
    telemetry::Counter events;          // handled and committed
    telemetry::Counter batches;         // transactions in which that happened
    telemetry::Counter dead_letters;    // events put aside
    telemetry::Counter redelivered;     // that the broker has brought before
    telemetry::Gauge lag_milliseconds;  // from the last event's occurrence to its commit here
    telemetry::Gauge is_leader;         // 1 while this process takes events for this consumer
};

struct BrokerSourceStats {
    telemetry::Counter restarts;  // new connections to the broker after a fault or a stall
};

// Known to whoever reads the outbox: the consumer itself, or the relay to a broker.
struct OutboxStats {
    telemetry::Gauge is_leader;            // 1 while this process reads
    telemetry::Gauge depth;                // rows not read yet; at most kMaxDepth are counted
    telemetry::Gauge oldest_milliseconds;  // age of the first of them
    telemetry::Gauge default_rows;         // rows in the partition that should be empty
};

struct RelayStats {
    telemetry::Counter published;  // sent to the broker, attempts that failed included
    telemetry::Counter confirmed;  // of these: the broker has them safe
    telemetry::Counter failures;   // batches that have to be sent again
};

// Adds the figures to the page under the label `consumer`.
void collect(const std::string& consumer, const ConsumerStats& stats, telemetry::Page& page);
void collect(const std::string& consumer, const BrokerSourceStats& stats, telemetry::Page& page);
void collect(const std::string& consumer, const OutboxStats& stats, telemetry::Page& page);
void collect(const std::string& consumer, const RelayStats& stats, telemetry::Page& page);

}  // namespace mindspace::events
