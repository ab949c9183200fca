#pragma once
// One process of the program under test. Its ports are read from its log.

#include "support/program/process.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mindspace::integration {

class Node {
public:
    // Does not start it yet. The settings must ask for free ports. Its output is written to `log_file`.
    Node(std::vector<std::string> arguments, Environment settings, std::filesystem::path log_file);

    // Starts it. wait_until_ready() throws if it does not become ready.
    void launch();
    void wait_until_ready();
    void start() {
        launch();
        wait_until_ready();
    }
    // Adds a setting for later starts.
    void set(const std::string& variable, std::string value) { settings_[variable] = std::move(value); }

    [[nodiscard]] const Environment& settings() const { return settings_; }
    [[nodiscard]] bool is_running() const { return process_ && process_->is_running(); }
    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    void send(int signal) const { process_->send(signal); }
    // Waits for the requested end; returns the exit code.
    int wait_for_end();
    // SIGKILL: ends without a chance to clean up.
    void kill();

    [[nodiscard]] std::int64_t resident_bytes() const { return process_ ? process_->resident_bytes() : 0; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::uint16_t management_port() const { return management_port_; }
    [[nodiscard]] std::string log() const { return read_whole_file(log_file_); }

private:
    bool read_ports();

    std::vector<std::string> arguments_;
    Environment settings_;
    std::filesystem::path log_file_;
    std::unique_ptr<Process> process_;
    std::uintmax_t log_start_ = 0;         // offset of this start's log
    std::atomic<std::uint16_t> port_ = 0;  // atomic: clients read it during restarts
    std::atomic<std::uint16_t> management_port_ = 0;
};

}  // namespace mindspace::integration
