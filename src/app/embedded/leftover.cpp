#include "app/embedded/leftover.h"

#include "app/process/startup_error.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

namespace mindspace::app {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kLeftoverPoll{10};
constexpr std::chrono::seconds kLeftoverKillDeadline{5};
constexpr std::size_t kCommLength = 15;  // TASK_COMM_LEN minus the terminating zero, proc(5)

bool is_running(pid_t pid, std::string_view program, const fs::path& directory) {
    const fs::path process = fmt::format("/proc/{}", pid);
    std::string name;
    if (!std::getline(std::ifstream(process / "comm"), name) || name != program.substr(0, kCommLength)) return false;
    // A process that has ended but was not reaped has neither a working directory nor arguments.
    std::error_code unreadable;
    const fs::path working_directory = fs::read_symlink(process / "cwd", unreadable);
    if (!unreadable) return working_directory == directory;
    // Root without CAP_SYS_PTRACE (a container) may not read the working directory of another account's process; the
    // arguments are public.
    std::ifstream arguments(process / "cmdline");
    for (std::string argument; std::getline(arguments, argument, '\0');) {
        if (argument == directory.native()) return true;
    }
    return false;
}

bool ends_within(std::chrono::milliseconds grace, pid_t pid, std::string_view program, const fs::path& directory) {
    const auto deadline = std::chrono::steady_clock::now() + grace;
    while (is_running(pid, program, directory)) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(kLeftoverPoll);
    }
    return true;
}

}  // namespace

std::optional<pid_t> find_leftover(const fs::path& pid_file, std::string_view program, const fs::path& directory) {
    pid_t pid = 0;
    if (!(std::ifstream(pid_file) >> pid) || pid <= 0 || !is_running(pid, program, directory)) return std::nullopt;
    return pid;
}

void stop_leftover(pid_t pid, std::string_view program, const fs::path& directory, const StopPlan& plan) {
    for (const auto& [signal, grace] : plan) {
        ::kill(pid, signal);
        if (ends_within(grace, pid, program, directory)) return;
    }
    ::kill(pid, SIGKILL);
    if (!ends_within(kLeftoverKillDeadline, pid, program, directory)) {
        throw StartupError(EX_UNAVAILABLE,
                           fmt::format("process {} ({}) still uses {} and cannot be killed: stop it by hand", pid,
                                       program, directory.native()));
    }
}

}  // namespace mindspace::app
