#include "app/backup/jobs/schedule.h"

#include "app/backup/repository/private_file.h"
#include "platform/telemetry/log/log.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace mindspace::app::backup {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr auto kFullEvery = 24h;
constexpr auto kIncrementalEvery = 6h;
constexpr auto kVerifyEvery = 7 * 24h;
constexpr auto kFirstVerify = 10min;  // after the first backup, when a new program has something to lose
constexpr auto kRetryAfter = 15min;
constexpr auto kLookEvery = 5s;
const StopPlan kJobStopPlan = {{SIGTERM, 15s}};

// The processor and the disk serve users first, but a machine that is always busy still has backups: the job gets a
// third of what others get, and the disk when no other wants it. Best effort; its own children inherit it.
void lower_priority(pid_t job) {
    constexpr int kNice = 5;
    constexpr int kWhoProcess = 1;          // IOPRIO_WHO_PROCESS
    constexpr int kLowest = (2 << 13) | 7;  // the lowest of the best-effort class: the idle class may never get a turn
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(job), kNice);
    ::syscall(SYS_ioprio_set, kWhoProcess, job, kLowest);
}

bool is_over(const std::optional<Timestamp>& since, Timestamp now, Milliseconds period) {
    return !since || now - *since >= period;
}

// Whether the last run failed, and not long ago.
bool has_just_failed(const JobStatus& job, Timestamp now) {
    return !job.error.empty() && !is_over(job.failed_at, now, kRetryAfter);
}

const char* name_of(Job job) {
    return job == Job::verify ? "verify" : "create";
}

const JobStatus& outcome_of(Job job, const Status& status) {
    return job == Job::verify ? status.verify : status.create;
}

}  // namespace

std::optional<Job> due_job(const Status& status, Timestamp now) {
    const auto& created = status.create.succeeded_at;
    if (!has_just_failed(status.create, now)) {
        if (is_over(status.full_at, now, kFullEvery)) return Job::full;
        if (is_over(created, now, kIncrementalEvery)) return Job::incremental;
    }
    if (!created || has_just_failed(status.verify, now)) return std::nullopt;
    const bool is_due = status.verify.succeeded_at ? is_over(status.verify.succeeded_at, now, kVerifyEvery)
                                                   : is_over(created, now, kFirstVerify);
    return is_due ? std::optional(Job::verify) : std::nullopt;
}

Schedule::Schedule(const Config& config, Layout layout) : layout_(std::move(layout)) {
    auto settings = config;
    write_private_file(layout_.settings(), bind_settings(settings).values());
    if (layout_.shares_disk())
        log::warn("backups are stored on the disk of the database: set backup.directory to another one",
                  {{"file.directory", layout_.repository.native()}});
}

void Schedule::poll(steady_clock::time_point now) {
    if (now < look_at_) return;
    look_at_ = now + kLookEvery;
    if (process_) {
        if (const auto end = process_->end()) finish(*end);
        return;
    }
    const auto status = read_status(layout_.status());
    if (const auto job = due_job(status, SystemClock{}.now())) start(*job, status);
}

// The child runs this very program, even if a newer one has taken its place on disk.
void Schedule::start(Job job, const Status& status) {
    std::vector<std::string> arguments = {"/proc/self/exe", "backup", name_of(job), "--config",
                                          layout_.settings().native()};
    if (job == Job::incremental) arguments.emplace_back("--incremental");
    job_ = job;
    failures_before_ = outcome_of(job, status).failures;
    started_at_ = steady_clock::now();
    try {
        process_.emplace(ChildProcess::start({.arguments = std::move(arguments),
                                              .working_directory = layout_.home,
                                              .log_file = layout_.log("jobs.log"),
                                              .account = current_account(),
                                              .stop_plan = kJobStopPlan}));
        lower_priority(process_->pid());
    } catch (const std::exception& fault) {
        log::error("a backup cannot be started", {{"error.message", fault.what()}});
        look_at_ = started_at_ + kRetryAfter;
    }
}

void Schedule::finish(const ChildEnd& end) {
    process_.reset();
    const auto took = std::chrono::nanoseconds(steady_clock::now() - started_at_).count();
    const auto status = read_status(layout_.status());
    if (end.succeeded() && job_ == Job::verify) {
        log::info("a backup was restored and compared",
                  {{"event.action", "backup_verified"}, {"event.duration", took}});
    } else if (end.succeeded()) {
        log::info("a backup was made", {{"event.action", "backup_created"},
                                        {"event.duration", took},
                                        {"mindspace.backup_bytes", status.stored_bytes}});
    } else {
        const auto& outcome = outcome_of(job_, status);
        const bool is_recorded = outcome.failures != failures_before_;
        log::error(job_ == Job::verify ? "a backup could not be verified" : "a backup failed",
                   {{"event.duration", took},
                    {"error.message", is_recorded ? outcome.error : end.describe()},
                    {"log.file.path", layout_.log("jobs.log").native()}});
        // A job that could not even record its failure must not start again at once.
        if (!is_recorded) look_at_ = steady_clock::now() + kRetryAfter;
    }
}

}  // namespace mindspace::app::backup
