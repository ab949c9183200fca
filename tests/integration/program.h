#pragma once
// The program under test (the variable MINDSPACE_BINARY), running as its users run it: `mindspace up`, on its own data
// directory and free ports. Its log is printed when a test fails.

#include "process.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mindspace::integration {

// Of every program that a test starts. Rate limits are far away, one foreign origin may call.
inline constexpr std::string_view kAllowedOrigin = "https://app.example";

// Where the program is.
std::string program_path();
// The settings of a program whose data is kept below `data`.
Environment settings_for(const std::filesystem::path& data);

class Program {
public:
    // Starts it on an empty data directory, as `mindspace COMMAND`, and waits until it is ready. Throws when it does
    // not become so.
    explicit Program(Environment more_settings = {}, std::string command = "up");
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // For tests that leave it running and do not disturb others: one for all of a test binary, stopped (and its exit
    // code checked) at the end.
    static Program& shared();

    // Starts it on the data that is there. It takes another port.
    void start();
    // For the next start.
    void change_setting(const std::string& name, std::string value) { settings_[name] = std::move(value); }
    // Runs another command under its settings, to the end; `input` is its standard input.
    [[nodiscard]] Ended run(const std::vector<std::string>& arguments, std::string_view input = {}) const;
    [[nodiscard]] bool is_running() const { return process_ && process_->is_running(); }
    void send(int signal) const { process_->send(signal); }
    // SIGTERM; returns the exit code.
    int stop();
    // Waits for the end that was asked for; returns the exit code.
    int wait_for_end();
    // SIGKILL: gone, without a chance to tidy up.
    void kill();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "data"; }
    [[nodiscard]] std::string log() const { return read_whole_file(log_file()); }
    // Of the embedded servers, as their pid files have it; nothing while there is none.
    [[nodiscard]] std::optional<pid_t> postgres_pid() const;
    [[nodiscard]] std::optional<pid_t> redis_pid() const;

private:
    [[nodiscard]] std::filesystem::path log_file() const { return directory_.path() / "log"; }
    [[nodiscard]] std::optional<std::uint16_t> announced_port() const;

    TemporaryDirectory directory_;
    Environment settings_;
    std::string command_;
    std::unique_ptr<Process> process_;
    std::uintmax_t log_start_ = 0;  // where the log of this start begins
    std::uint16_t port_ = 0;
};

}  // namespace mindspace::integration
