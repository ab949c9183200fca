#pragma once
// The work that one process of the deployment does for all, each job under its own leader election: counts who
// meditates now, refreshes the global statistics, and compares a sample of users with the history. Belongs to one loop.

#include "platform/postgres/leader/leader.h"
#include "platform/redis/connection/client.h"
#include "platform/telemetry/metrics/page.h"

#include <memory>

namespace mindspace::analytics {

struct LeaderJobsOptions {
    std::string conninfo;  // for the primary
    Milliseconds refresh_interval{500};
    Seconds verify_interval{3600};
};

// Written by the loop, read by any thread.
struct LeaderJobsStats {
    telemetry::Gauge meditating;            // people at this moment, as this process counted last; 0 unless it leads
    telemetry::Gauge groups_running;        // likewise
    telemetry::Counter refreshes;           // of the global statistics
    telemetry::Gauge refresh_milliseconds;  // duration of the last one
    telemetry::Counter verified_users;
    telemetry::Counter diverging_users;  // among them; must stay 0
    telemetry::Counter undecided_users;  // among them: their events were in flight for too long
};

class LeaderJobs {
public:
    LeaderJobs(asio::io_context& io, redis::Client& redis, LeaderJobsOptions options);
    LeaderJobs(const LeaderJobs&) = delete;
    LeaderJobs& operator=(const LeaderJobs&) = delete;

    void start();
    void stop();

    [[nodiscard]] const LeaderJobsStats& stats() const { return *stats_; }

private:
    std::shared_ptr<LeaderJobsStats> stats_;
    postgres::Leader now_;
    postgres::Leader refresher_;
    postgres::Leader verifier_;
};

void collect(const LeaderJobsStats& stats, telemetry::Page& page);

}  // namespace mindspace::analytics
