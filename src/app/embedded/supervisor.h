#pragma once
// The embedded PostgreSQL and Redis together: started in order, watched, restarted when they end, stopped cleanly. Main
// thread only, because the servers end with the thread that started them (child_process.h). That thread waits for its
// signals and calls poll() in between:
//
//   servers.start();
//   while (sigtimedwait(&stop_signals, nullptr, &two_hundred_milliseconds) < 0) servers.poll();
//   servers.stop();

#include "app/embedded/data_directory.h"
#include "app/embedded/embedded_postgres.h"
#include "app/embedded/embedded_redis.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace mindspace::app {

// Restarts one server when its process ends. The delay grows each time this happens soon after a restart: 200 ms
// doubled up to 30 s.
class RestartPolicy {
public:
    RestartPolicy(EmbeddedServer& server, Progress progress);

    // Checks the process once; never waits for the server. `now` must not go back.
    void poll(std::chrono::steady_clock::time_point now);

private:
    void relaunch(std::chrono::steady_clock::time_point now);
    void retry_later(std::chrono::steady_clock::time_point now, std::string_view reason);

    EmbeddedServer& server_;
    Progress progress_;
    std::chrono::milliseconds backoff_;
    std::optional<std::chrono::steady_clock::time_point> retry_at_;     // set while it is down
    std::optional<std::chrono::steady_clock::time_point> launched_at_;  // set after a restart, until it proved stable
    bool announced_ = true;
};

struct EmbeddedSettings {
    std::filesystem::path postgres_binaries;  // directory; empty: searched for
    std::filesystem::path redis_server;       // program; empty: searched for
    std::string archive_command;              // of PostgreSQL; empty: its write-ahead log is not archived
};

class EmbeddedServers {
public:
    // Finds the programs and creates the servers' directories. Throws StartupError if a program is missing, or the
    // account they run as cannot reach the directory. `directory` is borrowed and must outlive this object.
    EmbeddedServers(const DataDirectory& directory, const EmbeddedSettings& settings, const Progress& progress);

    // Returns when both accept connections and the database exists. Otherwise throws StartupError and stops the servers
    // it started. SIGINT and SIGTERM may keep their default action during this call: the servers end with us.
    void start();
    // Called about every 200 ms while running. Takes milliseconds, unless it finds a leftover server (leftover.h).
    void poll();
    // Stops Redis, then PostgreSQL; at most 45 s before they are killed. Call it when no request is left.
    void stop();

    // Connection string for libpq.
    [[nodiscard]] std::string postgres_conninfo() const { return postgres_.conninfo(); }
    // The path of the Unix socket.
    [[nodiscard]] std::filesystem::path redis_socket() const { return redis_.socket(); }
    [[nodiscard]] const EmbeddedPostgres& postgres() const { return postgres_; }
    [[nodiscard]] const EmbeddedRedis& redis() const { return redis_; }

private:
    Progress progress_;
    Account account_;
    std::filesystem::path sockets_;
    EmbeddedPostgres postgres_;
    EmbeddedRedis redis_;
    std::array<RestartPolicy, 2> restart_policies_;
    std::chrono::steady_clock::time_point rotate_at_{};
};

}  // namespace mindspace::app
