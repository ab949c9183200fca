#include "support/program/node.h"

#include <charconv>
#include <csignal>
#include <stdexcept>

namespace mindspace::integration {

namespace fs = std::filesystem;

namespace {

// The number after the first occurrence of this member; 0 while there is none.
std::uint16_t number_in(const std::string& log, std::string_view member) {
    const auto at = log.find(member);
    if (at == std::string::npos || log.find('\n', at) == std::string::npos) return 0;
    std::uint16_t number = 0;
    std::from_chars(log.data() + at + member.size(), log.data() + log.size(), number);
    return number;
}

}  // namespace

Node::Node(std::vector<std::string> arguments, Environment settings, fs::path log_file)
    : arguments_(std::move(arguments)), settings_(std::move(settings)), log_file_(std::move(log_file)) {}

void Node::launch() {
    std::error_code missing;
    log_start_ = fs::file_size(log_file_, missing);
    if (missing) log_start_ = 0;
    process_ = std::make_unique<Process>(arguments_, settings_, log_file_);
}

void Node::wait_until_ready() {
    bool ready = false;
    eventually([&] { return (ready = read_ports()) || !process_->is_running(); });
    if (!ready) throw std::runtime_error("the program does not become ready:\n" + log());
}

// From the log line that reports readiness.
bool Node::read_ports() {
    const auto text = log().substr(log_start_);
    port_ = number_in(text, "\"mindspace.port\":");
    management_port_ = number_in(text, "\"mindspace.management_port\":");
    return port_ != 0 && management_port_ != 0;
}

int Node::wait_for_end() {
    const auto exit_code = process_->wait();
    if (!exit_code) throw std::runtime_error("the program does not end");
    return *exit_code;
}

void Node::kill() {
    send(SIGKILL);
    wait_for_end();
}

}  // namespace mindspace::integration
