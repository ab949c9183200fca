#pragma once
// One program that we start and stop: in its own session (Ctrl-C in the terminal reaches us, not it), with a clean
// environment, as another account if asked, its output in a log file. It never outlives us: the kernel sends it the
// first signal of its stop plan when the thread that started it ends. That is why only the main thread may start one.

#include "app/process/account.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::app {

// Of a log file.
inline constexpr std::uintmax_t kLogLimit = std::uintmax_t{16} << 20;

// Send `signal`, then give it `grace` to end.
struct StopStep {
    int signal;
    std::chrono::milliseconds grace;
};

// From polite to rough. SIGKILL follows the last step, so it never stands in the plan.
using StopPlan = std::vector<StopStep>;

struct ChildCommand {
    std::vector<std::string> arguments;  // the first is the absolute path of the program
    std::filesystem::path working_directory;
    std::filesystem::path log_file;  // appended to; beyond kLogLimit the old one moves to "<log_file>.1"
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
    // Returns once the program runs. StartupError if it cannot be executed, logic_error off the main thread.
    static ChildProcess start(const ChildCommand& command);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    // Stops it.
    ~ChildProcess();

    [[nodiscard]] pid_t pid() const { return pid_; }
    // How it ended, or nothing while it runs. Does not wait.
    std::optional<ChildEnd> end();
    // How it ended, or nothing if it still runs after `timeout`.
    std::optional<ChildEnd> wait(std::chrono::milliseconds timeout);
    // Goes through the stop plan, kills what is left, and says how it ended.
    ChildEnd stop();

private:
    ChildProcess(pid_t pid, StopPlan stop_plan);

    pid_t pid_;
    StopPlan stop_plan_;
    std::optional<ChildEnd> end_;
};

}  // namespace mindspace::app
