#include "app/backup/jobs/restore.h"

#include "app/backup/jobs/job.h"
#include "app/backup/jobs/swap.h"
#include "app/backup/proof/checks.h"
#include "app/backup/proof/scratch_postgres.h"
#include "app/backup/repository/contents.h"
#include "app/process/backends.h"
#include "app/process/startup_error.h"
#include "platform/async/run_on.h"
#include "platform/postgres/connection/session.h"
#include "services/analytics/verification/rebuild.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <fstream>
#include <string_view>
#include <utility>

namespace mindspace::app::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::hours kRecoveryLimit{48};
constexpr Milliseconds kRestoreTimeout = std::chrono::hours(12);  // of one statement
constexpr std::int64_t kComparedUsers = 1000;
constexpr std::string_view kNotReached = "before configured recovery target";

// An empty directory at first. Until it takes its place, it is emptied if anything fails, and removed if its parent is
// ours: root may have created it for us (commands/backup.cpp).
class Draft {
public:
    explicit Draft(fs::path path) : path_(std::move(path)) {
        ensure_owned_directory(path_, 0700, current_account());
        clear();
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        std::error_code ignored;
        if (!is_kept_) fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }
    void clear() const {
        for (const auto& entry : fs::directory_iterator(path_)) fs::remove_all(entry.path());
    }
    void keep() { is_kept_ = true; }

private:
    fs::path path_;
    bool is_kept_ = false;
};

void require_empty(const fs::path& directory) {
    if (fs::exists(directory) && !fs::is_empty(directory))
        throw StartupError(EX_USAGE, fmt::format("{} is not empty", directory.native()));
}

// PostgreSQL writes it at the end of recovery.
std::string last_change(const fs::path& log) {
    constexpr std::string_view kLead = "last completed transaction was at log time ";
    std::string found = "unknown";
    std::ifstream lines(log);
    for (std::string line; std::getline(lines, line);)
        if (const auto at = line.find(kLead); at != std::string::npos) found = line.substr(at + kLead.size());
    return found;
}

class Restore {
public:
    Restore(const Config& config, const Layout& layout, const RestoreRequest& request, const Progress& progress)
        : config_(config), layout_(layout), request_(request), progress_(progress), pgbackrest_(config, layout) {}

    Restored run() {
        if (needs_configuration()) pgbackrest_.write_configuration(config_);
        const auto repository = pgbackrest_.info();
        if (repository.backups.empty()) throw StartupError(EX_UNAVAILABLE, "the repository has no backup");
        newest_ended_at_ = repository.backups.back().ended_at;
        missing_ = pgbackrest_.missing_segments(repository, repository.backups.back());
        if (!missing_.empty() && !request_.target.time && request_.gaps == Gaps::refuse) refuse_gap();
        Draft draft(request_.into.empty() ? layout_.data / "postgres" / "data.restored" : request_.into);
        Draft scratch(layout_.scratch());
        ScratchPostgres postgres(scratch.path(), draft.path(), Purpose::use, progress_);
        progress_("restoring the backup");
        recover(draft, postgres);
        Restored restored{
            .cluster = draft.path(), .last_change = last_change(scratch.path() / "postgres.log"), .invalidated = {}};
        prepare(postgres, restored);
        postgres.stop();
        draft.keep();
        if (!request_.into.empty()) return restored;
        restore_contents(draft.path(), layout_);
        restored.previous = swap_cluster(layout_, draft.path());
        restored.cluster = layout_.cluster();
        archive_timeline();
        return restored;
    }

private:
    // A copy may be restored beside the running program, which uses its own.
    [[nodiscard]] bool needs_configuration() const {
        return layout_.is_embedded && (request_.into.empty() || !fs::exists(layout_.config_file));
    }

    // A copy begins no timeline for others, and neither does a cluster that did not take its place.
    void archive_timeline() const {
        try {
            pgbackrest_.archive_histories();
        } catch (const std::exception& fault) {
            progress_(fmt::format("the new timeline is archived when the program starts, not yet: {}", fault.what()));
        }
    }

    [[noreturn]] void refuse_gap() const {
        throw StartupError(
            EX_DATAERR, fmt::format("the write-ahead log has gaps ({}): what was changed after the first one is lost. "
                                    "Restore to a time before it with --to, or as far as it goes with --accept-loss",
                                    fmt::join(missing_, ", ")));
    }

    // If nothing was changed after the requested time, the log ends before it, and all of it is what was requested. If
    // a backup is newer than that time, the log should not have ended there, and all of it may be more.
    void recover(Draft& draft, ScratchPostgres& postgres) {
        pgbackrest_.restore(draft.path(), request_.target);
        progress_("replaying the changes since");
        try {
            return postgres.recover(kRecoveryLimit);
        } catch (const StartupError& error) {
            if (!request_.target.time || !std::string_view(error.what()).contains(kNotReached)) throw;
        }
        if (newest_ended_at_ > *request_.target.time)
            throw StartupError(EX_DATAERR,
                               "the write-ahead log has a gap before that time: restore to an earlier one. Or nothing "
                               "was changed since: restore all changes, without --to");
        if (!missing_.empty() && request_.gaps == Gaps::refuse) refuse_gap();
        progress_("no change is newer than that time: restoring all changes");
        draft.clear();
        pgbackrest_.restore(draft.path(), {.timeline = request_.target.timeline});
        postgres.recover(kRecoveryLimit);
    }

    void prepare(ScratchPostgres& postgres, Restored& restored) {
        const auto url = layout_.is_embedded ? std::string() : configured_database(config_);
        const auto database = postgres.conninfo(database_name(url), database_user(url));
        progress_("bringing the schema up to date, ending login sessions, computing statistics");
        prepare_database(database, config_, [&restored](postgres::Session& session) -> Awaitable<> {
            return prepare_data(session, restored);
        });
        restored.compared_users = require_statistics(database, kComparedUsers);
        forget_recovery(postgres.conninfo("postgres", "postgres"));
    }

    static Awaitable<> prepare_data(postgres::Session& session, Restored& restored) {
        restored.invalidated = co_await auth::invalidate_all(session, SystemClock{}.now());
        const auto rebuilt = co_await analytics::rebuild(session, std::nullopt);
        restored.wrong_facts = rebuilt.facts;
    }

    static Awaitable<> reset_settings(asio::io_context& loop, std::string conninfo) {
        postgres::Session session(loop, {.conninfo = std::move(conninfo), .query_timeout = kRestoreTimeout});
        co_await session.connect();
        for (const char* setting : {"restore_command", "recovery_target_time", "recovery_target_name",
                                    "recovery_target_action", "recovery_target_timeline"})
            co_await session.execute(fmt::format("ALTER SYSTEM RESET {}", setting));
        session.close();
    }

    // The settings of this recovery would apply to the next one.
    static void forget_recovery(const std::string& conninfo) {
        asio::io_context loop(1);
        auto done = run_on(loop, reset_settings(loop, conninfo));
        loop.run();
        done.get();
    }

    const Config& config_;
    const Layout& layout_;
    const RestoreRequest& request_;
    const Progress& progress_;
    PgBackRest pgbackrest_;
    Timestamp newest_ended_at_{};  // the newest backup
    std::vector<std::string> missing_;
};

}  // namespace

Restored restore(const Config& config, const RestoreRequest& request, const Progress& progress) {
    const Layout layout(config);
    if (!layout.is_embedded && request.into.empty())
        throw StartupError(EX_USAGE, "give the new data directory of PostgreSQL: --into DIRECTORY");
    if (!request.into.empty()) require_empty(request.into);
    std::optional<DataDirectory> directory;
    if (layout.is_embedded && request.into.empty()) directory.emplace(layout.data);
    layout.create();
    if (directory) ensure_owned_directory(layout.cluster().parent_path(), 0700, current_account());
    const JobLock lock(layout);
    return Restore(config, layout, request, progress).run();
}

}  // namespace mindspace::app::backup
