#include "program.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace mindspace::integration {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShownLog = 8000;

class SharedProgram : public testing::Environment {
public:
    Program& get() {
        if (!program_) program_ = std::make_unique<Program>();
        return *program_;
    }

    void TearDown() override {
        if (!program_) return;
        EXPECT_EQ(program_->stop(), 0) << "the shared program did not end well";
        program_.reset();
    }

private:
    std::unique_ptr<Program> program_;
};

// GoogleTest owns it, and tears it down after the last test.
SharedProgram& shared_program = *new SharedProgram;
[[maybe_unused]] const auto* const registered = testing::AddGlobalTestEnvironment(&shared_program);

bool something_failed() {
    const auto& all = *testing::UnitTest::GetInstance();
    return all.current_test_info() != nullptr ? testing::Test::HasFailure() : all.Failed();
}

std::optional<pid_t> read_pid(const fs::path& file) {
    pid_t pid = 0;
    if (!(std::ifstream(file) >> pid) || pid <= 0 || ::kill(pid, 0) != 0) return std::nullopt;
    return pid;
}

}  // namespace

std::string program_path() {
    return required_variable("MINDSPACE_BINARY");
}

Environment settings_for(const fs::path& data) {
    return {{"MINDSPACE_DATA_DIR", data},           {"MINDSPACE_HTTP_ADDRESS", "127.0.0.1"},
            {"MINDSPACE_HTTP_PORT", "0"},           {"MINDSPACE_MANAGEMENT_PORT", "0"},
            {"MINDSPACE_RATE_LIMIT_SCALE", "1000"}, {"MINDSPACE_CORS_ORIGINS", std::string(kAllowedOrigin)}};
}

Program& Program::shared() {
    return shared_program.get();
}

Program::Program(Environment more_settings, std::string command)
    : settings_(std::move(more_settings)), command_(std::move(command)) {
    settings_.merge(settings_for(data()));  // what the test asks for stays
    start();
}

Program::~Program() {
    if (is_running()) stop();
    // The servers of a killed program end by themselves, a moment later.
    eventually([this] { return !postgres_pid() && !redis_pid(); });
    if (!something_failed()) return;
    const auto text = log();
    std::cerr << "---- the end of the program's log\n"
              << text.substr(text.size() - std::min(text.size(), kShownLog)) << "----\n";
}

void Program::start() {
    std::error_code missing;
    log_start_ = fs::file_size(log_file(), missing);
    if (missing) log_start_ = 0;
    process_ = std::make_unique<Process>(std::vector<std::string>{program_path(), command_}, settings_, log_file());
    std::optional<std::uint16_t> port;
    eventually([&] { return (port = announced_port()) || !process_->is_running(); });
    if (!port) throw std::runtime_error("the program does not become ready:\n" + log());
    port_ = *port;
}

Ended Program::run(const std::vector<std::string>& arguments, std::string_view input) const {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "input";
    std::ofstream(file) << input;
    std::vector<std::string> words{"/bin/sh", "-c", R"(exec "$@" < "$0")", file, program_path()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_to_end(words, settings_);
}

// From the line that says that it is ready.
std::optional<std::uint16_t> Program::announced_port() const {
    constexpr std::string_view kMember = "\"mindspace.port\":";
    const auto text = log().substr(log_start_);
    const auto at = text.find(kMember);
    if (at == std::string::npos || text.find('\n', at) == std::string::npos) return std::nullopt;
    std::uint16_t port = 0;
    std::from_chars(text.data() + at + kMember.size(), text.data() + text.size(), port);
    return port;
}

int Program::stop() {
    send(SIGTERM);
    return wait_for_end();
}

int Program::wait_for_end() {
    const auto exit_code = process_->wait();
    if (!exit_code) throw std::runtime_error("the program does not end");
    return *exit_code;
}

void Program::kill() {
    send(SIGKILL);
    wait_for_end();
}

std::optional<pid_t> Program::postgres_pid() const {
    return read_pid(data() / "postgres/data/postmaster.pid");
}
std::optional<pid_t> Program::redis_pid() const {
    return read_pid(data() / "redis/redis.pid");
}

}  // namespace mindspace::integration
