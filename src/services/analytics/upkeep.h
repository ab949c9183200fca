#pragma once
// What one process of the deployment does for all, each by a leader of its own: it counts who meditates now, refreshes
// the figures of all users, and compares a sample of users with the history. Belongs to one loop.

#include "platform/postgres/leader/leader.h"
#include "platform/redis/connection/client.h"
#include "platform/telemetry/metrics/metrics.h"

#include <memory>

namespace mindspace::analytics {

struct UpkeepOptions {
    std::string conninfo;  // of the primary
    Milliseconds refresh_interval{500};
    Seconds verify_interval{3600};
};

// Written by the loop, read by any thread.
struct UpkeepStats {
    telemetry::Counter refreshes;           // of the figures of all users
    telemetry::Gauge refresh_milliseconds;  // that the last one took
    telemetry::Counter verified_users;
    telemetry::Counter diverging_users;  // among them; has to stay 0
    telemetry::Counter undecided_users;  // among them: events were on their way for too long
};

class Upkeep {
public:
    Upkeep(asio::io_context& io, redis::Client& redis, UpkeepOptions options);
    Upkeep(const Upkeep&) = delete;
    Upkeep& operator=(const Upkeep&) = delete;

    void start();
    void stop();

    [[nodiscard]] const UpkeepStats& stats() const { return *stats_; }

private:
    std::shared_ptr<UpkeepStats> stats_;
    postgres::Leader now_;
    postgres::Leader refresher_;
    postgres::Leader verifier_;
};

void collect(const UpkeepStats& stats, telemetry::Page& page);

}  // namespace mindspace::analytics
