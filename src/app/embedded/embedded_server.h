#pragma once
// The common part of the embedded servers: a child process that is launched despite the remains of an earlier one, and
// watched until it accepts connections. Main thread only (child_process.h); blocking.

#include "app/embedded/child_process.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::app {

// Receives one line about the progress, without a newline.
using Progress = std::function<void(std::string_view)>;

enum class Readiness {
    absent,  // no response
    busy,    // reports that it is still reading its data
    ready,
};

class EmbeddedServer {
public:
    virtual ~EmbeddedServer() = default;
    EmbeddedServer(const EmbeddedServer&) = delete;
    EmbeddedServer& operator=(const EmbeddedServer&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    // Launches the server and waits until it is ready: at most 60 s for a response, and 10 minutes while it is busy,
    // because an interrupted recovery only starts again. Throws StartupError with its last words if it does not become
    // ready.
    void start();
    // Removes the remains of an earlier process and starts a new one. Does not wait until it is ready.
    void launch();
    // Checks whether the server accepts connections; takes at most two seconds.
    [[nodiscard]] virtual Readiness probe() const = 0;
    // How the process ended, returned once; nullopt while it runs or if none was launched.
    std::optional<ChildEnd> take_end();
    // The server's last words since the launch: the line with a fatal error, or else the last line.
    [[nodiscard]] std::string last_output() const;
    // Moves the log written so far into "<log_file>.1", replacing its content, if the log is large or a week after the
    // last time. The server continues to write into the same file, so it need not be notified.
    void rotate_log(std::chrono::system_clock::time_point now);
    // Shuts the server down cleanly; kills it if it does not end in time. No effect if it is not running.
    void stop();
    // The pid of the running process, for tests and logs.
    [[nodiscard]] std::optional<pid_t> pid() const;

protected:
    EmbeddedServer(std::string name, std::filesystem::path log_file, Progress progress);

    // Prepares the directories for a new process, and returns the command that starts it.
    virtual ChildCommand prepare() = 0;
    // Stops `program` if a pid file names one that is still running in `directory`.
    void stop_leftover_of(const std::filesystem::path& pid_file, std::string_view program,
                          const std::filesystem::path& directory, const StopPlan& plan) const;
    // last_output() starts at this position.
    void mark_log();
    void report(std::string_view line) const { progress_(line); }
    [[nodiscard]] const std::filesystem::path& log_file() const { return log_file_; }

private:
    bool becomes_ready();

    std::string name_;
    std::filesystem::path log_file_;
    Progress progress_;
    std::optional<ChildProcess> process_;
    std::uintmax_t log_start_ = 0;
};

}  // namespace mindspace::app
