#include "app/embedded/supervisor.h"

#include "app/embedded/socket_directory.h"
#include "app/process/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace mindspace::app {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kFirstBackoff = 200ms;
constexpr std::chrono::milliseconds kMaxBackoff = 30s;
constexpr auto kStableAfter = 60s;
constexpr auto kRotateEvery = 60s;  // at most: checks whether a log is due

std::filesystem::path make_sockets(const std::filesystem::path& path, const Account& account) {
    require_reachable(path, account);
    return make_socket_directory(path, account);
}

std::filesystem::path make_home(const std::filesystem::path& path, const Account& account) {
    require_reachable(path, account);
    ensure_owned_directory(path, 0700, account);
    return path;
}

}  // namespace

RestartPolicy::RestartPolicy(EmbeddedServer& server, Progress progress)
    : server_(server), progress_(std::move(progress)), backoff_(kFirstBackoff) {}

void RestartPolicy::poll(steady_clock::time_point now) {
    if (const auto end = server_.take_end()) {
        retry_later(now, fmt::format("ended ({}): {}", end->describe(), server_.last_output()));
    } else if (retry_at_) {
        if (now >= *retry_at_) relaunch(now);
    } else if (!announced_ && server_.probe() == Readiness::ready) {
        announced_ = true;
        progress_(fmt::format("{} is back", server_.name()));
    } else if (launched_at_ && now - *launched_at_ >= kStableAfter) {
        launched_at_.reset();
        backoff_ = kFirstBackoff;
    }
}

void RestartPolicy::relaunch(steady_clock::time_point now) {
    retry_at_.reset();
    try {
        server_.launch();
        launched_at_ = now;
        announced_ = false;
    } catch (const std::exception& error) {  // reported and retried: the program can work without it for a while
        retry_later(now, error.what());
    }
}

void RestartPolicy::retry_later(steady_clock::time_point now, std::string_view reason) {
    progress_(fmt::format("{} {}; next start in {} ms", server_.name(), reason, backoff_.count()));
    retry_at_ = now + backoff_;
    launched_at_.reset();
    backoff_ = std::min(backoff_ * 2, kMaxBackoff);
}

EmbeddedServers::EmbeddedServers(const DataDirectory& directory, const EmbeddedSettings& settings,
                                 const Progress& progress)
    : progress_(progress),
      account_(server_account(directory.postgres())),
      sockets_(make_sockets(directory.run(), account_)),
      postgres_({.home = make_home(directory.postgres(), account_),
                 .sockets = sockets_,
                 .log_file = directory.log() / "postgres.log",
                 .binaries = settings.postgres_binaries},
                account_, progress),
      redis_({.home = make_home(directory.redis(), account_),
              .sockets = sockets_,
              .log_file = directory.log() / "redis.log",
              .program = settings.redis_server},
             account_, progress),
      restart_policies_{RestartPolicy(postgres_, progress), RestartPolicy(redis_, progress)} {
    postgres_.archive_with(settings.archive_command);
}

void EmbeddedServers::start() {
    try {
        postgres_.initialise();
        postgres_.start();
        postgres_.create_database();
        redis_.start();
    } catch (...) {
        stop();
        throw;
    }
}

void EmbeddedServers::poll() {
    const auto now = steady_clock::now();
    for (auto& policy : restart_policies_) policy.poll(now);
    if (now < rotate_at_) return;
    rotate_at_ = now + kRotateEvery;
    const auto today = std::chrono::system_clock::now();
    postgres_.rotate_log(today);
    redis_.rotate_log(today);
}

void EmbeddedServers::stop() {
    progress_("stopping Redis and PostgreSQL");
    redis_.stop();
    postgres_.stop();
}

}  // namespace mindspace::app
