#include "app/backup/jobs/create.h"

#include "app/backup/jobs/job.h"
#include "app/backup/repository/contents.h"
#include "app/process/backends.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace mindspace::app::backup {

namespace {

constexpr std::uintmax_t kMinFree = std::uintmax_t{256} << 20;  // as the doctor's; PostgreSQL may share the disk

void require_space(const Layout& layout) {
    std::error_code failure;
    const auto space = std::filesystem::space(layout.repository, failure);
    if (!failure && space.available < kMinFree)
        throw StartupError(EX_UNAVAILABLE, fmt::format("the disk of the backups is full: {} MiB are left in {}",
                                                       space.available >> 20, layout.repository.native()));
}

// Only the log from the newest backup on matters for the next one.
Kind possible_kind(const PgBackRest& pgbackrest, const Repository& repository, Kind kind) {
    if (repository.backups.empty()) return Kind::full;
    return pgbackrest.missing_segments(repository, repository.backups.back()).empty() ? kind : Kind::full;
}

}  // namespace

Repository create(const Config& config, Kind kind) {
    const Layout layout(config);
    const PgBackRest pgbackrest(config, layout);
    Repository repository;
    run_job(layout, &Status::create, [&](Status& status) {
        if (layout.is_embedded) {
            require_space(layout);
            collect_contents(layout, config.redis.url.empty() ? running_backends(config).redis.socket_path : "");
        }
        repository = pgbackrest.info();
        if (!repository.has_stanza) pgbackrest.create_stanza();
        pgbackrest.backup(possible_kind(pgbackrest, repository, kind));
        repository = pgbackrest.info();
        const auto& backups = repository.backups;
        const auto full = std::ranges::find(backups.rbegin(), backups.rend(), Kind::full, &Backup::kind);
        if (full != backups.rend()) status.full_at = full->ended_at;
        status.database_bytes = backups.back().database_bytes;
        status.stored_bytes =
            std::accumulate(backups.begin(), backups.end(), std::int64_t{0},
                            [](std::int64_t sum, const Backup& one) { return sum + one.stored_bytes; });
        if (backups.back().has_errors)
            throw StartupError(EX_DATAERR, "PostgreSQL has pages with an invalid checksum: see its log, and restore");
    });
    return repository;
}

}  // namespace mindspace::app::backup
