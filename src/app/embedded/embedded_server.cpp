#include "app/embedded/embedded_server.h"

#include "app/embedded/leftover.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>

#include <fstream>
#include <thread>
#include <utility>

namespace mindspace::app {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kReplyDeadline = 60s;
constexpr auto kBusyDeadline = 10min;
constexpr auto kProgressEvery = 5s;
constexpr auto kReplyPollInterval = 20ms;

// A process that ended at once is restarted: the backends of a killed postmaster need a moment to notice, and hold the
// shared memory until then.
constexpr int kAttempts = 3;
constexpr auto kBetweenAttempts = 1s;

constexpr std::chrono::days kLogPeriod{7};

}  // namespace

EmbeddedServer::EmbeddedServer(std::string name, std::filesystem::path log_file, Progress progress)
    : name_(std::move(name)), log_file_(std::move(log_file)), progress_(std::move(progress)) {}

void EmbeddedServer::start() {
    report(fmt::format("starting {}", name_));
    for (int attempt = 1;; ++attempt) {
        launch();
        if (becomes_ready()) return;
        if (attempt == kAttempts) break;
        report(fmt::format("{} ended at once, trying again: {}", name_, last_output()));
        std::this_thread::sleep_for(kBetweenAttempts);
    }
    throw StartupError(EX_UNAVAILABLE,
                       fmt::format("{} does not start: {} (more in {})", name_, last_output(), log_file_.native()));
}

void EmbeddedServer::launch() {
    process_.reset();
    const ChildCommand command = prepare();
    mark_log();
    process_.emplace(ChildProcess::start(command));
}

void EmbeddedServer::mark_log() {
    std::error_code missing;
    const auto size = std::filesystem::file_size(log_file_, missing);
    log_start_ = missing ? 0 : size;
}

// Returns false if the process ended instead.
bool EmbeddedServer::becomes_ready() {
    const auto begin = steady_clock::now();
    auto next_report = begin + kProgressEvery;
    while (!take_end()) {
        const Readiness readiness = probe();
        if (readiness == Readiness::ready) return true;
        const auto now = steady_clock::now();
        const auto waited = std::chrono::floor<std::chrono::seconds>(now - begin);
        const bool busy = readiness == Readiness::busy;
        if (waited >= (busy ? kBusyDeadline : kReplyDeadline)) {
            stop();
            throw StartupError(EX_UNAVAILABLE, fmt::format("{} does not accept connections after {} s: {} (more in {})",
                                                           name_, waited.count(), last_output(), log_file_.native()));
        }
        if (now >= next_report) {
            report(
                fmt::format("{} {} ({} s)", name_, busy ? "is reading its data" : "is still starting", waited.count()));
            next_report += kProgressEvery;
        }
        std::this_thread::sleep_for(kReplyPollInterval);
    }
    return false;
}

std::optional<ChildEnd> EmbeddedServer::take_end() {
    if (!process_) return std::nullopt;
    const auto end = process_->end();
    if (end) process_.reset();
    return end;
}

std::string EmbeddedServer::last_output() const {
    std::error_code missing;
    const auto size = std::filesystem::file_size(log_file_, missing);
    std::ifstream log(log_file_);
    // A smaller file is a new one: the old file was renamed at the launch.
    log.seekg(static_cast<std::streamoff>(!missing && log_start_ <= size ? log_start_ : 0));
    std::string words = "it said nothing";
    bool fatal = false;
    for (std::string line; std::getline(log, line);) {
        const bool is_fatal = line.contains("FATAL") || line.contains("PANIC") || line.contains("Fatal");
        if (line.empty() || (fatal && !is_fatal)) continue;
        words = line;
        fatal = is_fatal;
    }
    return words;
}

// The modification time of the older file is the time of the last rotation. The log is open for appending
// (child_process.h), so it can be truncated while in use.
void EmbeddedServer::rotate_log(std::chrono::system_clock::time_point now) {
    std::error_code failure;
    const std::filesystem::path older = log_file_.native() + ".1";
    const auto rotated_at = std::filesystem::last_write_time(older, failure);
    if (failure) {
        std::ofstream(older).flush();  // the week begins now
        return;
    }
    const auto size = std::filesystem::file_size(log_file_, failure);
    if (failure || (size < kLogLimit && now - std::chrono::file_clock::to_sys(rotated_at) < kLogPeriod)) return;
    std::filesystem::copy_file(log_file_, older, std::filesystem::copy_options::overwrite_existing, failure);
    if (failure) return report(fmt::format("cannot write {}: {}", older.native(), failure.message()));
    std::filesystem::last_write_time(older, std::chrono::file_clock::from_sys(now), failure);
    std::filesystem::resize_file(log_file_, 0, failure);
}

void EmbeddedServer::stop() {
    if (!process_) return;
    const ChildEnd end = process_->stop();
    process_.reset();
    if (!end.succeeded()) report(fmt::format("{} did not stop cleanly: {}", name_, end.describe()));
}

std::optional<pid_t> EmbeddedServer::pid() const {
    return process_ ? std::optional<pid_t>(process_->pid()) : std::nullopt;
}

void EmbeddedServer::stop_leftover_of(const std::filesystem::path& pid_file, std::string_view program,
                                      const std::filesystem::path& directory, const StopPlan& plan) const {
    const auto pid = find_leftover(pid_file, program, directory);
    if (!pid) return;
    report(fmt::format("stopping {} (process {}), left behind by an earlier run", name_, *pid));
    stop_leftover(*pid, program, directory, plan);
}

}  // namespace mindspace::app
