#include "support/program/program.h"

#include "support/network/raw_connection.h"
#include "support/postgres/migrated_database.h"
#include "support/program/metrics.h"
#include "support/program/secrets.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace mindspace::integration {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kShownLog = 8000;

// The lines that are not log events: reports of sanitizers, and why the program could not start.
std::string reports_in(const std::string& log) {
    std::istringstream lines(log);
    std::string reports;
    for (std::string line; std::getline(lines, line) && reports.size() < kShownLog;)
        if (!line.starts_with('{')) reports += line + '\n';
    return reports;
}

class SharedProgram : public testing::Environment {
public:
    Program& get() {
        if (!program_)
            program_ =
                std::make_unique<Program>(integration::Environment{}, plan_of_environment(), dedicated_unless_split());
        return *program_;
    }

    void TearDown() override {
        if (!program_) return;
        EXPECT_EQ(program_->stop(), 0) << "the shared program did not exit cleanly";
        program_.reset();
    }

private:
    std::unique_ptr<Program> program_;
};

// GoogleTest owns it, and tears it down after the last test.
SharedProgram& shared_program = *new SharedProgram;
[[maybe_unused]] const auto* const kRegistered = testing::AddGlobalTestEnvironment(&shared_program);

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

const Environment kFullPasswordHash{{"MINDSPACE_AUTH_ARGON2_MEMORY_KIB", "19456"},
                                    {"MINDSPACE_AUTH_ARGON2_PASSES", "2"}};

bool is_shipped() {
    return std::getenv("MINDSPACE_SHIPPED") != nullptr;
}

std::string program_path() {
    return required_variable("MINDSPACE_BINARY");
}

std::optional<SplitPlan> plan_of_environment() {
    const char* topology = std::getenv("MINDSPACE_TOPOLOGY");
    if (topology == nullptr || std::string_view(topology) != "split") return std::nullopt;
    return SplitPlan{};
}

Servers dedicated_unless_split() {
    return plan_of_environment() ? Servers::shared : Servers::dedicated;
}

Environment settings_for(const fs::path& data) {
    Environment settings{
        {"MINDSPACE_DATA_DIR", data},           {"MINDSPACE_HTTP_ADDRESS", "127.0.0.1"},
        {"MINDSPACE_HTTP_PORT", "0"},           {"MINDSPACE_MANAGEMENT_PORT", "0"},
        {"MINDSPACE_RATE_LIMIT_SCALE", "1000"}, {"MINDSPACE_CORS_ORIGINS", std::string(kAllowedOrigin)},
        {"MINDSPACE_BACKUP_ENABLED", "false"}};  // its jobs would start with each program; backup_test.py tests them
    if (!is_shipped())
        settings.merge(Environment{{"MINDSPACE_AUTH_ARGON2_MEMORY_KIB", "8"},
                                   {"MINDSPACE_AUTH_ARGON2_PASSES", "1"},
                                   {"MINDSPACE_HTTP_MAX_QUEUE_DELAY_MS", "60000"}});
    return settings;
}

Program& Program::shared() {
    return shared_program.get();
}

Program::Program(Environment more_settings, std::optional<SplitPlan> plan, Servers servers) {
    more_settings.merge(settings_for(data()));  // the test's own settings take precedence
    if (servers == Servers::shared) {
        more_settings.merge(
            Environment{{"MINDSPACE_DATABASE_CONNECTIONS_PER_CORE", "2"}, {"MINDSPACE_HTTP_CORES", "2"}});
        if (!more_settings.contains("MINDSPACE_DATABASE_URL"))
            more_settings["MINDSPACE_DATABASE_URL"] = create_migrated_database();
        if (!more_settings.contains("MINDSPACE_REDIS_URL"))
            more_settings["MINDSPACE_REDIS_URL"] = redis_.emplace().socket_path();
    } else if (plan) {
        supervised_.emplace(data());
        more_settings["MINDSPACE_DATABASE_URL"] = supervised_->conninfo();
        more_settings["MINDSPACE_REDIS_URL"] = supervised_->redis_url();
    }
    if (auto tls = more_settings.find("MINDSPACE_TLS_CERTIFICATE"); tls != more_settings.end())
        certificate_ = tls->second;
    if (plan) {
        split_ = std::make_unique<Split>(std::move(*plan), std::move(more_settings), directory_.path());
    } else {
        const std::vector<std::string> arguments{program_path(), servers == Servers::dedicated ? "up" : "serve"};
        one_ = std::make_unique<Node>(arguments, std::move(more_settings), directory_.path() / "log");
    }
    start();
}

Program::~Program() {
    for (const auto* node : processes())
        if (node->is_running()) expect_no_secret_in(read_metrics(node->management_port()), "a metrics page");
    if (split_ || is_running()) stop();
    // The servers of a killed program end on their own, a moment later.
    if (one_) eventually([this] { return !postgres_pid() && !redis_pid(); });
    const auto text = log();
    expect_no_secret_in(text, "the program's log");
    if (!something_failed()) return;
    std::cerr << "---- output of the program that is not log events\n"
              << reports_in(text) << "---- the end of the program's log\n"
              << text.substr(text.size() - std::min(text.size(), kShownLog)) << "----\n";
}

void Program::start() {
    if (split_)
        split_->start();
    else
        one_->start();
}

int Program::stop() {
    if (split_) return split_->stop();
    send(SIGTERM);
    return wait_for_end();
}

void Program::kill() {
    if (split_)
        split_->kill();
    else
        one_->kill();
}

std::vector<const Node*> Program::processes() const {
    return split_ ? split_->processes() : std::vector<const Node*>{one_.get()};
}

std::int64_t Program::resident_bytes() const {
    std::int64_t all = 0;
    for (const auto* node : processes()) all += node->resident_bytes();
    return all;
}

const Node& Program::auth() const {
    return split_ ? std::as_const(*split_).node("auth") : *one_;
}

void Program::set_for_auth(const std::string& variable, std::string value) {
    (split_ ? split_->node("auth", 0) : *one_).set(variable, std::move(value));
}

ProcessResult Program::run(const std::vector<std::string>& arguments, std::string_view input) const {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "input";
    std::ofstream(file) << input;
    std::vector<std::string> words{"/bin/sh", "-c", R"(exec "$@" < "$0")", file, program_path()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_to_end(words, auth().settings());
}

fs::path Program::auth_data() const {
    return auth().settings().at("MINDSPACE_DATA_DIR");
}

std::string Program::conninfo() const {
    const auto& settings = auth().settings();
    const auto url = settings.find("MINDSPACE_DATABASE_URL");
    if (url != settings.end()) return url->second;
    return "host=" + (data() / "run").native() + " user=mindspace dbname=mindspace";
}

std::optional<pid_t> Program::postgres_pid() const {
    return read_pid(data() / "postgres/data/postmaster.pid");
}
std::optional<pid_t> Program::redis_pid() const {
    return read_pid(data() / "redis/redis.pid");
}

}  // namespace mindspace::integration
