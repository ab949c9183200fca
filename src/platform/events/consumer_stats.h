#pragma once
// What a consumer counts. Written by its loop, read by any thread.

#include "platform/telemetry/metrics.h"

#include <string>

namespace mindspace::events {

struct ConsumerStats {
    telemetry::Counter events;          // handled and committed
    telemetry::Counter batches;         // transactions in which that happened
    telemetry::Counter dead_letters;    // events put aside
    telemetry::Gauge lag_milliseconds;  // from the last event's occurrence to its commit here
    telemetry::Gauge is_leader;         // 1 while this process reads the outbox for this consumer
};

// Adds the figures to the page under the label `consumer`.
void collect(const std::string& consumer, const ConsumerStats& stats, telemetry::Page& page);

}  // namespace mindspace::events
