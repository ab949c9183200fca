#pragma once
// Counters of the event pipeline. Written by its loop, read by any thread.

#include "platform/telemetry/metrics/page.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mindspace::events {

struct ConsumerStats {
    // `types` are counted each for itself, all others together: a broker may deliver any.
    explicit ConsumerStats(const std::vector<std::string>& types);

    // An event that was handled and committed.
    void count(const std::string& type);
    // All of these.
    [[nodiscard]] std::uint64_t handled() const;

    std::map<std::string, telemetry::Counter> by_type;  // the keys never change
    telemetry::Counter batches;                         // transactions that handled them
    telemetry::Counter dead_letters;                    // events moved to dead_letters
    telemetry::Counter redelivered;                     // events that the broker has delivered before
    telemetry::Gauge lag_milliseconds;                  // from the last event's occurrence to its commit here
    telemetry::Gauge is_leader;                         // 1 while this process takes events for this consumer
};

struct BrokerSourceStats {
    telemetry::Counter restarts;  // new connections to the broker after a fault or a stall
};

// Available in the process that reads the outbox: from the consumer itself, or from the relay to a broker.
struct OutboxStats {
    telemetry::Gauge is_leader;            // 1 while this process reads
    telemetry::Gauge depth;                // rows not read yet; at most kMaxDepth are counted
    telemetry::Gauge oldest_milliseconds;  // age of the first unread row
    telemetry::Gauge default_rows;         // rows in the default partition, which should be empty
};

struct RelayStats {
    telemetry::Counter published;  // sent to the broker, including failed attempts
    telemetry::Counter confirmed;  // of these: confirmed by the broker
    telemetry::Counter failures;   // batches that have to be resent
};

// Adds the metrics to the page under the label `consumer`.
void collect(const std::string& consumer, const ConsumerStats& stats, telemetry::Page& page);
void collect(const std::string& consumer, const BrokerSourceStats& stats, telemetry::Page& page);
void collect(const std::string& consumer, const OutboxStats& stats, telemetry::Page& page);
void collect(const std::string& consumer, const RelayStats& stats, telemetry::Page& page);

}  // namespace mindspace::events
