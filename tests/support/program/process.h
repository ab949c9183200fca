#pragma once
// A child process of a test. It ends with the test program, even if that crashes.

#include "support/base/directory.h"
#include "support/base/timeout.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::integration {

using namespace std::chrono_literals;

// Longer than any wait should take; scaled up on a loaded machine. Promised times are measured instead.
inline constexpr std::chrono::seconds kTimeout{30};

using Environment = std::map<std::string, std::string>;

class Process {
public:
    // Starts `arguments` with this process's environment without its MINDSPACE_ variables, plus `settings`. Stdout and
    // stderr are appended to `output`.
    Process(const std::vector<std::string>& arguments, const Environment& settings,
            const std::filesystem::path& output);
    ~Process();  // kills it and its children if it still runs
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void send(int signal) const;  // after SIGSTOP, returns when every thread is stopped
    // The exit code, 128 + n if signal n ended it, or nothing if it is still running after `timeout`.
    std::optional<int> wait(std::chrono::milliseconds timeout = kTimeout);
    [[nodiscard]] bool is_running() { return !wait(0ms).has_value(); }
    // Its resident memory (VmRSS); 0 after it has ended.
    [[nodiscard]] std::int64_t resident_bytes() const;

private:
    pid_t pid_;
    std::optional<int> exit_code_;
};

// Exit codes of sysexits.h.
inline constexpr int kWrongData = 65;
inline constexpr int kUnavailable = 69;
inline constexpr int kMisconfigured = 78;

struct ProcessResult {
    int exit_code;
    std::string output;
};

// Runs a program to its end. Throws if it does not end in time.
ProcessResult run_to_end(const std::vector<std::string>& arguments, const Environment& settings = {});

// The path of a helper program of the tests, built next to this one.
std::string helper_program(const std::string& name);

std::string read_whole_file(const std::filesystem::path& path);

// The value of an environment variable that CTest sets. Throws if it is missing.
std::string required_variable(const char* name);

}  // namespace mindspace::integration
