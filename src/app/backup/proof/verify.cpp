#include "app/backup/proof/verify.h"

#include "app/backup/jobs/job.h"
#include "app/backup/proof/checks.h"
#include "app/backup/proof/reference.h"
#include "app/backup/proof/scratch_postgres.h"
#include "app/backup/repository/pgbackrest.h"
#include "app/embedded/socket_directory.h"
#include "app/process/backends.h"
#include "app/process/startup_error.h"
#include "platform/async/run_on.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <iterator>
#include <utility>
#include <vector>

namespace mindspace::app::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kUsers = 10'000;
constexpr Seconds kArchiveLimit{180};
constexpr std::chrono::hours kReplayLimit{6};

// Of the database that is backed up, as a role that may write restore points.
std::string source_conninfo(const Config& config, const Layout& layout) {
    if (!layout.is_embedded) return configured_database(config);
    return EmbeddedPostgres::conninfo(choose_socket_directory(layout.data / "run"), "postgres", "mindspace");
}

Reference take_archived_reference(const std::string& conninfo) {
    asio::io_context loop(1);
    auto taken = run_on(loop, take_reference(loop, conninfo));
    loop.run();
    auto reference = taken.get();
    loop.restart();
    auto archived = run_on(loop, wait_until_archived(loop, conninfo, reference.segment, kArchiveLimit));
    loop.run();
    archived.get();
    return reference;
}

// The restored copy must not fill the disk that it is on, which may be the database's.
void require_space_for(const Backup& backup, const fs::path& directory) {
    constexpr std::int64_t kReplay = std::int64_t{1} << 30;
    const auto needed = static_cast<std::uintmax_t>(backup.database_bytes + kReplay);
    const auto space = fs::space(directory);
    if (space.available < needed)
        throw StartupError(EX_UNAVAILABLE, fmt::format("a restored copy needs {} MiB in {}, which has {} MiB available",
                                                       needed >> 20, directory.native(), space.available >> 20));
}

void require_no_faults(const std::vector<std::string>& faults) {
    if (!faults.empty()) throw StartupError(EX_DATAERR, fmt::format("{}", fmt::join(faults, "; ")));
}

std::vector<std::string> repository_faults(const PgBackRest& pgbackrest, const Repository& repository) {
    auto faults = pgbackrest.damaged_files();
    if (!faults.empty()) faults.insert(faults.begin(), "the repository is damaged");
    for (const auto& segment : pgbackrest.missing_segments(repository, repository.backups.back()))
        faults.push_back(fmt::format("segment {} of the write-ahead log is missing", segment));
    return faults;
}

// Removes the scratch directory before and after.
class Scratch {
public:
    explicit Scratch(fs::path path) : path_(std::move(path)) {
        fs::remove_all(path_);
        ensure_owned_directory(path_, 0700, current_account());
        ensure_owned_directory(data(), 0700, current_account());
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& home() const { return path_; }
    [[nodiscard]] fs::path data() const { return path_ / "data"; }

private:
    fs::path path_;
};

Proof prove(const Config& config, const Layout& layout) {
    const PgBackRest pgbackrest(config, layout);
    const auto repository = pgbackrest.info();
    if (repository.backups.empty()) throw StartupError(EX_UNAVAILABLE, "there is no backup yet");
    const auto& newest = repository.backups.back();
    require_no_faults(repository_faults(pgbackrest, repository));
    const auto source = source_conninfo(config, layout);
    const auto reference = take_archived_reference(source);
    const Scratch scratch(layout.scratch());
    require_space_for(newest, scratch.home());
    pgbackrest.restore(scratch.data(), {.restore_point = reference.restore_point});
    ScratchPostgres postgres(scratch.home(), scratch.data(), Purpose::proof,
                             [](std::string_view line) { std::cout << line << '\n'; });
    postgres.recover(kReplayLimit);
    const auto restored = postgres.conninfo(database_name(source), "postgres");
    require_no_faults(differences(reference.sums, table_sums_of(restored)));
    const auto users = require_statistics(restored, kUsers);
    postgres.stop();
    return {.backup = newest.label,
            .tables = reference.sums.size(),
            .users = users,
            .missing = pgbackrest.missing_segments(repository, repository.backups.front())};
}

}  // namespace

Proof verify(const Config& config) {
    const Layout layout(config);
    Proof proof;
    run_job(layout, &Status::verify, [&](Status& status) {
        proof = prove(config, layout);
        status.missing_segments = std::ssize(proof.missing);
    });
    return proof;
}

}  // namespace mindspace::app::backup
