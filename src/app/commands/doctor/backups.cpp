#include "app/backup/jobs/status.h"
#include "app/backup/repository/layout.h"
#include "app/commands/doctor/subjects.h"
#include "app/embedded/find_program.h"

#include <fmt/format.h>

namespace mindspace::app::doctor {

namespace {

using namespace std::chrono_literals;

// As the alerts BackupTooOld and RestoreNotProven.
constexpr auto kMaxAge = 26h;
constexpr auto kMaxUnproven = 8 * 24h;

bool is_older(const std::optional<Timestamp>& at, Timestamp now, Milliseconds age) {
    return !at || now - *at > age;
}

std::string describe(const std::optional<Timestamp>& at, const backup::JobStatus& job) {
    auto finding = at ? format_timestamp(*at) : std::string("never");
    if (!job.error.empty()) finding += fmt::format("; the last attempt failed: {}", job.error);
    return finding;
}

}  // namespace

void check_backup_ages(const backup::Status& status, Timestamp now, Checks& checks) {
    const auto made = "the last backup was made: " + describe(status.create.succeeded_at, status.create);
    if (!status.create.succeeded_at && status.create.error.empty())
        checks.warning("backups.age", made, "wait a minute after the first start, or run `mindspace backup create`");
    else if (is_older(status.create.succeeded_at, now, kMaxAge))
        checks.fault("backups.age", made, "remove the cause, then run `mindspace backup create`");
    else
        checks.ok("backups.age", made);
    const auto proven = "a backup was last restored as a proof: " + describe(status.verify.succeeded_at, status.verify);
    const bool is_new = !status.verify.succeeded_at && status.verify.error.empty();
    if (!status.verify.error.empty() || (!is_new && is_older(status.verify.succeeded_at, now, kMaxUnproven)))
        checks.fault("backups.proof", proven, "remove the cause, then run `mindspace backup verify`");
    else if (is_new)
        checks.warning("backups.proof", proven, "run `mindspace backup verify`; the program does it by itself, too");
    else
        checks.ok("backups.proof", proven);
    if (status.missing_segments > 0)
        checks.warning("backups.gaps", "a part of the write-ahead log between older backups is missing",
                       "do not rely on times before the newest backup; the gap is gone when they expire");
}

void check_backups(const Config& config, Checks& checks) {
    const backup::Layout layout(config);
    if (layout.is_embedded && !config.database.url.empty()) {
        checks.warning("backups.tool", "nothing is known of backups of this PostgreSQL",
                       "back it up by pgBackRest, and set backup.config_file on the machine that does (deploy/backup)");
        return;
    }
    if (layout.is_embedded && !config.backup.enabled) {
        checks.warning("backups.tool", "the database is not backed up (backup.enabled)", "set backup.enabled to true");
        return;
    }
    if (!find_program("pgbackrest")) {
        checks.fault("backups.tool", "the database is not backed up: pgBackRest was not found",
                     "install it (on Debian: apt install pgbackrest), and restart the program");
        return;
    }
    check_backup_ages(backup::read_status(layout.status()), SystemClock{}.now(), checks);
    if (layout.is_embedded && layout.shares_disk())
        checks.warning(
            "backups.disk",
            fmt::format("{} is on the disk of the database: one failure takes both", layout.repository.native()),
            "set backup.directory to another disk, and copy it to another place");
}

}  // namespace mindspace::app::doctor
