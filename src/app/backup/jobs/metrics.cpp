#include "app/backup/jobs/metrics.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/postgres/connection/client.h"

#include <string>
#include <utility>

namespace mindspace::app::backup {

namespace {

constexpr Seconds kInterval{30};

std::int64_t unix_seconds(const std::optional<Timestamp>& at) {
    return at ? std::chrono::floor<Seconds>(*at).time_since_epoch().count() : 0;
}

}  // namespace

Metrics::Metrics(asio::io_context& loop, postgres::Client& database, std::filesystem::path status)
    : database_(database), status_(std::move(status)), tasks_(loop) {}

Awaitable<> Metrics::run() {
    static constexpr postgres::Statement kFails{
        "backup_archiving_fails",
        "SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver"};
    while (!tasks_.is_cancelled()) {
        try {
            const auto rows = co_await database_.query(kFails);
            archiving_fails_ = rows[0].get<bool>(0);
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;  // without the database there is nothing to archive
        }
        co_await sleep_for(kInterval);
    }
}

void describe(const Status& status, std::optional<bool> archiving_fails, telemetry::Page& page) {
    page.gauge("mindspace_backup_created_timestamp_seconds",
               "When the last backup was made, in seconds since 1970; 0: never.",
               unix_seconds(status.create.succeeded_at));
    page.gauge("mindspace_backup_proven_timestamp_seconds",
               "When a backup was last restored and compared with the database, in seconds since 1970; 0: never.",
               unix_seconds(status.verify.succeeded_at));
    page.gauge("mindspace_backup_database_bytes", "Size of the database in the last backup.", status.database_bytes);
    page.gauge("mindspace_backup_stored_bytes", "Size of all backups, without the write-ahead log.",
               status.stored_bytes);
    page.gauge("mindspace_backup_missing_segments",
               "Missing segments of the write-ahead log between older backups, ten at most, by the last proof.",
               status.missing_segments);
    if (archiving_fails)
        page.gauge("mindspace_backup_archiving_fails", "1 while PostgreSQL cannot archive its write-ahead log.",
                   *archiving_fails ? 1 : 0);
    for (const auto& [task, outcome] :
         {std::pair<std::string, const JobStatus&>("create", status.create), {"verify", status.verify}}) {
        page.counter("mindspace_backup_failures", "Failed attempts to make or to prove a backup.",
                     static_cast<std::uint64_t>(outcome.failures), {{"task", task}});
        page.gauge("mindspace_backup_duration_seconds", "Duration of the last successful attempt.",
                   telemetry::Duration(Milliseconds(outcome.milliseconds)), {{"task", task}});
    }
}

void Metrics::collect(telemetry::Page& page) const {
    describe(read_status(status_), archiving_fails_, page);
}

}  // namespace mindspace::app::backup
