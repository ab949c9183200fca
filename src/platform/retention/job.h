#pragma once
// Applies the retention rules: in one process of the deployment (postgres::Leader), soon after its start and then every
// hour, in small portions that do not block other work. Each run writes a log line and updates the metrics of each
// rule. Belongs to one loop.

#include "platform/module/module.h"
#include "platform/postgres/leader/leader.h"
#include "platform/retention/retention.h"

#include <deque>
#include <memory>
#include <string>

namespace mindspace::retention {

// Written by the loop, read by any thread.
struct RuleStats {
    std::string name;
    telemetry::Counter removed;
};

struct Stats {
    telemetry::Counter runs;
    telemetry::Counter failures;   // failed runs
    telemetry::Gauge last_run_at;  // seconds since 1970
    std::deque<RuleStats> rules;
};

class Job final : public Module {
public:
    // `conninfo` must be that of the primary, not of a pool.
    Job(asio::io_context& io, std::string conninfo, Rules rules);
    ~Job() override;

    void start() override;
    void stop() override;
    void collect(telemetry::Page& page) const override;
    [[nodiscard]] const Stats& stats() const;

private:
    class Work;
    std::shared_ptr<Work> work_;
    postgres::Leader leader_;
};

}  // namespace mindspace::retention
