#pragma once
// A child process of a test, and waiting for what it does. The child ends with the test program, however that ends.

#include "support/base/directory.h"
#include "support/base/patience.h"

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

// More than anything takes; Patience makes it longer on a loaded machine. What has a promised time is measured instead.
inline constexpr std::chrono::seconds kPatience{30};

using Environment = std::map<std::string, std::string>;

class Process {
public:
    // Starts `arguments` with this process's environment less all MINDSPACE_ variables, and with `settings`. Stdout and
    // stderr are appended to `output`.
    Process(const std::vector<std::string>& arguments, const Environment& settings,
            const std::filesystem::path& output);
    ~Process();  // kills it, and what it has started, if it still runs
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void send(int signal) const;
    // The exit code, 128 + n when signal n ended it, or nothing when it goes on.
    std::optional<int> wait(std::chrono::milliseconds patience = kPatience);
    [[nodiscard]] bool is_running() { return !wait(0ms).has_value(); }
    // What of it is in memory now (VmRSS); 0 when it has ended.
    [[nodiscard]] std::int64_t resident_bytes() const;

private:
    pid_t pid_;
    std::optional<int> exit_code_;
};

// Exit codes of sysexits.h.
inline constexpr int kWrongData = 65;
inline constexpr int kUnavailable = 69;
inline constexpr int kMisconfigured = 78;

struct Ended {
    int exit_code;
    std::string output;
};

// Runs to the end. Throws when that does not come.
Ended run_to_end(const std::vector<std::string>& arguments, const Environment& settings = {});

// A program of the tests, built beside this one.
std::string helper_program(const std::string& name);

std::string read_whole_file(const std::filesystem::path& path);

// The value of a variable that CTest sets. Throws without it.
std::string required_variable(const char* name);

}  // namespace mindspace::integration
