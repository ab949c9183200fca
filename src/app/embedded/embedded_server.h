#pragma once
// What the embedded servers have in common: a child process that is launched on what may be left of an earlier one,
// and watched until it accepts. Main thread only (child_process.h); blocking.

#include "app/embedded/child_process.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::app {

// Gets one line about what is going on, without a newline.
using Progress = std::function<void(std::string_view)>;

enum class Readiness {
    absent,  // nobody answers
    busy,    // answers that it is still reading its data
    ready,
};

class EmbeddedServer {
public:
    virtual ~EmbeddedServer() = default;
    EmbeddedServer(const EmbeddedServer&) = delete;
    EmbeddedServer& operator=(const EmbeddedServer&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    // Launches and waits until it is ready: at most 60 s for an answer, and 10 minutes while it is busy, because
    // recovery that is cut short only begins again. StartupError with its last words if it does not come up.
    void start();
    // Clears away what an earlier process left, and starts a new one. Does not wait for it to be ready.
    void launch();
    // Asks whether it accepts; takes at most two seconds.
    [[nodiscard]] virtual Readiness probe() const = 0;
    // How the process ended, told once; nothing while it runs or when none was launched.
    std::optional<ChildEnd> take_end();
    // Its last words since the launch: the line with a fatal error, or else the last line.
    [[nodiscard]] std::string last_words() const;
    // Moves what it has written so far into "<log_file>.1" if that is large, or a week after the last time: what stood
    // there goes. It writes on into the same file, so there is nothing to tell it.
    void rotate_log(std::chrono::system_clock::time_point now);
    // Shuts it down cleanly; kills it if it does not end in time. Nothing if it does not run.
    void stop();
    // Of the running process, for tests and logs.
    [[nodiscard]] std::optional<pid_t> pid() const;

protected:
    EmbeddedServer(std::string name, std::filesystem::path log_file, Progress progress);

    // Makes the place fit for a new process, and says how to start it.
    virtual ChildCommand prepare() = 0;
    // Stops `program` if a pid file says that one is still at work in `directory`.
    void stop_leftover_of(const std::filesystem::path& pid_file, std::string_view program,
                          const std::filesystem::path& directory, const StopPlan& plan) const;
    // last_words() begins here.
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
