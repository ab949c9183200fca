#pragma once
// One program that we start and stop: in its own session (Ctrl-C in the terminal reaches us, not it), with a clean
// environment, as another account if requested, with its output in a log file. It never outlives us: the kernel sends
// it the first signal of its stop plan when the thread that started it ends. Therefore only the main thread may start
// one.

#include "app/process/account.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::app {

// The maximum size of a log file in bytes.
inline constexpr std::uintmax_t kLogLimit = std::uintmax_t{16} << 20;

// Sends `signal`, then gives the process `grace` to end.
struct StopStep {
    int signal;
    std::chrono::milliseconds grace;
};

// In order of increasing force. SIGKILL follows the last step, so the plan never contains it.
using StopPlan = std::vector<StopStep>;

struct ChildCommand {
    std::vector<std::string> arguments;  // the first is the program's absolute path
    std::filesystem::path working_directory;
    std::filesystem::path log_file;  // appended to; above kLogLimit the old file is renamed to "<log_file>.1"
    Account account;
    StopPlan stop_plan;  // not empty
};

struct ChildEnd {
    int wait_status;  // as from waitpid(2)

    [[nodiscard]] bool succeeded() const { return wait_status == 0; }
    // "exit code 1" or "signal 9 (Killed)"
    [[nodiscard]] std::string describe() const;
};

class ChildProcess {
public:
    // Returns once the program runs. Throws StartupError if it cannot be executed, logic_error if not called on the
    // main thread.
    static ChildProcess start(const ChildCommand& command);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    // Stops the program.
    ~ChildProcess();

    [[nodiscard]] pid_t pid() const { return pid_; }
    // How it ended, or nullopt while it runs. Does not wait.
    std::optional<ChildEnd> end();
    // How it ended, or nullopt if it still runs after `timeout`.
    std::optional<ChildEnd> wait(std::chrono::milliseconds timeout);
    // Executes the stop plan, kills what is left, and returns how the program ended.
    ChildEnd stop();

private:
    ChildProcess(pid_t pid, StopPlan stop_plan);

    pid_t pid_;
    StopPlan stop_plan_;
    std::optional<ChildEnd> end_;
};

}  // namespace mindspace::app
