#include "app/embedded/child_process.h"

#include "app/process/startup_error.h"
#include "platform/base/file_descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace mindspace::app {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{10};
constexpr std::chrono::seconds kKillDeadline{5};

FileDescriptor open_log(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && static_cast<std::uintmax_t>(status.st_size) > kLogLimit) {
        std::filesystem::rename(path, path.native() + ".1");
    }
    FileDescriptor log(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!log.is_open()) {
        throw StartupError(EX_CONFIG, fmt::format("cannot write {}: {}", path.native(), std::strerror(errno)));
    }
    return log;
}

// Everything the child needs between fork and exec, prepared beforehand: other threads may hold the allocator's lock.
struct Prepared {
    std::vector<char*> arguments;
    std::vector<char*> environment;
    const char* working_directory;
    int log;
    int failure;  // the write end of a pipe for the errno of a failure; closed by a successful exec
    pid_t parent;
    Account account;
    int parent_death_signal;
};

bool change_account(const Account& account) {
    return ::setgroups(0, nullptr) == 0 && ::setresgid(account.group, account.group, account.group) == 0 &&
           ::setresuid(account.user, account.user, account.user) == 0;
}

// Signals that we ignore or block would stay ignored and blocked through exec.
bool reset_signals() {
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2}) {
        if (::signal(number, SIG_DFL) == SIG_ERR) return false;
    }
    sigset_t none;
    ::sigemptyset(&none);
    return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

// Runs in the child. Only async-signal-safe calls are allowed (POSIX, fork).
[[noreturn]] void exec_child(const Prepared& prepared) {
    const auto prepare = [&prepared] {
        if (::setsid() < 0 || !reset_signals()) return false;
        const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) return false;
        if (::dup2(prepared.log, STDOUT_FILENO) < 0 || ::dup2(prepared.log, STDERR_FILENO) < 0) return false;
        // A descriptor without close-on-exec would keep our sockets and our lock open after this process ends.
        if (::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0 && errno != ENOSYS) return false;
        ::umask(077);
        if (::geteuid() == 0 && prepared.account.user != 0 && !change_account(prepared.account)) return false;
        if (::chdir(prepared.working_directory) != 0) return false;
        // Set after the change of account, which clears it.
        return ::prctl(PR_SET_PDEATHSIG, prepared.parent_death_signal) == 0;
    };
    if (prepare()) {
        if (::getppid() != prepared.parent) ::_exit(EXIT_FAILURE);  // the parent died before prctl()
        ::execve(prepared.arguments.front(), prepared.arguments.data(), prepared.environment.data());
    }
    const int error = errno;
    [[maybe_unused]] const ssize_t written = ::write(prepared.failure, &error, sizeof error);
    ::_exit(EXIT_FAILURE);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& string : strings) result.push_back(string.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

std::string ChildEnd::describe() const {
    if (WIFSIGNALED(wait_status)) {
        return fmt::format("signal {} ({})", WTERMSIG(wait_status), ::strsignal(WTERMSIG(wait_status)));
    }
    return fmt::format("exit code {}", WEXITSTATUS(wait_status));
}

ChildProcess ChildProcess::start(const ChildCommand& command) {
    if (::gettid() != ::getpid()) throw std::logic_error("a child process must be started by the main thread");
    const FileDescriptor log = open_log(command.log_file);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    const FileDescriptor failure(ends[0]);
    FileDescriptor report(ends[1]);

    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC",
                                            "HOME=" + command.working_directory.native()};
    const Prepared prepared{.arguments = pointers(arguments),
                            .environment = pointers(environment),
                            .working_directory = command.working_directory.c_str(),
                            .log = log.get(),
                            .failure = report.get(),
                            .parent = ::getpid(),
                            .account = command.account,
                            .parent_death_signal = command.stop_plan.front().signal};

    // None of our handlers may run in the child before the child has reset them.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) exec_child(prepared);
    const int fork_error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) throw std::system_error(fork_error, std::generic_category(), "fork");

    ChildProcess child(pid, command.stop_plan);
    {
        const FileDescriptor closed = std::move(report);
    }
    int error = 0;
    ssize_t size = 0;
    while ((size = ::read(failure.get(), &error, sizeof error)) < 0 && errno == EINTR) continue;
    if (size > 0) {
        throw StartupError(EX_UNAVAILABLE,
                           fmt::format("cannot start {}: {}", command.arguments.front(), std::strerror(error)));
    }
    return child;
}

ChildProcess::ChildProcess(pid_t pid, StopPlan stop_plan) : pid_(pid), stop_plan_(std::move(stop_plan)) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), stop_plan_(std::move(other.stop_plan_)), end_(other.end_) {}

ChildProcess::~ChildProcess() {
    if (pid_ > 0) stop();
}

std::optional<ChildEnd> ChildProcess::end() {
    if (end_) return end_;
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) end_ = ChildEnd{status};
    // Another part of the process has taken the status (SIGCHLD ignored): the child is gone, its exit status is
    // unknown.
    if (ended < 0 && errno == ECHILD) end_ = ChildEnd{W_EXITCODE(EXIT_FAILURE, 0)};
    return end_;
}

std::optional<ChildEnd> ChildProcess::wait(std::chrono::milliseconds timeout) {
    const auto deadline = steady_clock::now() + timeout;
    while (!end() && steady_clock::now() < deadline) std::this_thread::sleep_for(kLook);
    return end_;
}

ChildEnd ChildProcess::stop() {
    for (const auto& [signal, grace] : stop_plan_) {
        if (end()) return *end_;
        ::kill(pid_, signal);
        if (wait(grace)) return *end_;
    }
    ::kill(-pid_, SIGKILL);  // its process group, so that no part of it remains
    // Only a process that hangs in the kernel (a failed disk) can still exist then; waiting longer would not help.
    return wait(kKillDeadline).value_or(ChildEnd{W_EXITCODE(0, SIGKILL)});
}

}  // namespace mindspace::app
