#pragma once
// Backs the embedded PostgreSQL up while the program runs: a full backup a day, an incremental one every six hours, and
// every week a restore that proves them. Each is `mindspace backup …` as a child process at low priority, so that
// nothing of it touches the loops. Main thread only; poll() is called about every 200 ms.

#include "app/backup/jobs/status.h"
#include "app/backup/repository/layout.h"
#include "app/embedded/child_process.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mindspace::app::backup {

enum class Job { full, incremental, verify };

// The job that is due at `now`, if any. A job that failed is tried again after a while.
std::optional<Job> due_job(const Status& status, Timestamp now);

// A job that runs when this ends is stopped; it is repeated after the next start.
class Schedule {
public:
    // Writes the settings for the jobs. Warns if backups and database share a disk.
    Schedule(const Config& config, Layout layout);

    void poll(std::chrono::steady_clock::time_point now);

private:
    void start(Job job, const Status& status);
    void finish(const ChildEnd& end);

    Layout layout_;
    std::optional<ChildProcess> process_;
    Job job_{};
    std::int64_t failures_before_ = 0;  // of jobs of its kind, when it started
    std::chrono::steady_clock::time_point started_at_{};
    std::chrono::steady_clock::time_point look_at_{};
};

}  // namespace mindspace::app::backup
