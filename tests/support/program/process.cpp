#include "support/program/process.h"

#include "support/base/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace mindspace::integration {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> environment_with(const Environment& settings) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
        if (!std::string_view(*variable).starts_with("MINDSPACE_")) variables.emplace_back(*variable);
    for (const auto& [name, value] : settings) variables.push_back(name + "=" + value);
    return variables;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const Environment& settings, const fs::path& output) {
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) throw std::system_error(errno, std::generic_category(), output);
    pid_ = launch({.arguments = arguments, .output = file, .environment = environment_with(settings)});
    ::close(file);
}

Process::~Process() {
    ::kill(-pid_, SIGKILL);
    wait();
}

void Process::send(int signal) const {
    ::kill(pid_, signal);
    if (signal != SIGSTOP) return;
    siginfo_t ended_or_stopped;  // reported when the last thread has stopped; `wait` can still collect an end
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended_or_stopped, WSTOPPED | WEXITED | WNOWAIT);
}

std::int64_t Process::resident_bytes() const {
    std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
    std::int64_t all_pages = 0;
    std::int64_t resident_pages = 0;
    statm >> all_pages >> resident_pages;
    return resident_pages * ::sysconf(_SC_PAGESIZE);
}

std::optional<int> Process::wait(std::chrono::milliseconds timeout) {
    eventually(
        [this] {
            int status = 0;
            if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
                exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return exit_code_.has_value();
        },
        timeout);
    return exit_code_;
}

ProcessResult run_to_end(const std::vector<std::string>& arguments, const Environment& settings) {
    const TemporaryDirectory directory;
    const auto output = directory.path() / "output";
    Process process(arguments, settings, output);
    const auto exit_code = process.wait();
    if (!exit_code) throw std::runtime_error(arguments.at(0) + " does not end: " + read_whole_file(output));
    return {.exit_code = *exit_code, .output = read_whole_file(output)};
}

std::string helper_program(const std::string& name) {
    return fs::read_symlink("/proc/self/exe").parent_path() / name;
}

std::string read_whole_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::string required_variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') throw std::runtime_error(std::string("set ") + name + " (CTest does)");
    return value;
}

}  // namespace mindspace::integration
