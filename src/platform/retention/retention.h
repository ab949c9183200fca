#pragma once
// What has served its time is removed: services declare rules, and one process of the deployment (postgres::Leader)
// carries them out, soon after its start and every hour, in small portions so that nobody has to wait. Each run leaves
// a log line, and each rule its figures. Belongs to one loop.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"
#include "platform/postgres/leader/leader.h"
#include "platform/postgres/values/statement.h"
#include "platform/telemetry/metrics/metrics.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mindspace::retention {

struct Rule {
    std::string name;  // of what is removed, for metrics and log lines
    // Removes a portion of what was due at that time; returns how much. Called again until that is nothing.
    std::function<Awaitable<std::int64_t>(postgres::Session&, Timestamp now)> remove;
};
using Rules = std::vector<Rule>;

// Rows that are older than `kept`. The statement deletes those before $1, a timestamptz, and at most $2, a bigint.
Rule rows(std::string name, const postgres::Statement& statement, Seconds kept);

struct RuleStats {
    std::string name;
    telemetry::Counter removed;
};

struct Stats {
    explicit Stats(const Rules& rules);
    telemetry::Counter runs;
    telemetry::Counter failures;   // runs that did not come to their end
    telemetry::Gauge last_run_at;  // seconds since 1970
    std::vector<std::unique_ptr<RuleStats>> rules;
};

void collect(const Stats& stats, telemetry::Page& page);

class Job {
public:
    // `conninfo` is the primary's, not a pool's.
    Job(asio::io_context& io, std::string conninfo, Rules rules);
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    void start();
    void stop();
    [[nodiscard]] const Stats& stats() const;

private:
    class Work;
    std::shared_ptr<Work> work_;
    postgres::Leader leader_;
};

}  // namespace mindspace::retention
