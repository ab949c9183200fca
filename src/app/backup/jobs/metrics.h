#pragma once
// The figures of the backups of the embedded PostgreSQL, for the metrics page: what the jobs have recorded, and whether
// PostgreSQL can archive its write-ahead log, asked every half minute. Belongs to one loop.

#include "app/backup/jobs/status.h"
#include "platform/async/task_group.h"
#include "platform/module/module.h"

#include <atomic>
#include <filesystem>
#include <optional>

namespace mindspace::app::backup {

// What the jobs have recorded. `archiving_fails` is absent where nothing is known of PostgreSQL.
void describe(const Status& status, std::optional<bool> archiving_fails, telemetry::Page& page);

class Metrics final : public Module {
public:
    // `database` belongs to `loop`; `status` is the file of the jobs.
    Metrics(asio::io_context& loop, postgres::Client& database, std::filesystem::path status);

    void start() override { tasks_.spawn(run()); }
    void stop() override { tasks_.cancel(); }
    void collect(telemetry::Page& page) const override;

private:
    Awaitable<> run();

    postgres::Client& database_;
    std::filesystem::path status_;
    std::atomic<bool> archiving_fails_ = false;
    TaskGroup tasks_;
};

}  // namespace mindspace::app::backup
