#include "app/process/signals.h"

#include <csignal>
#include <ctime>

namespace mindspace::app {

namespace {

sigset_t awaited_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
    return set;
}

}  // namespace

Signals::Signals() {
    auto set = awaited_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

Signal Signals::wait(std::chrono::milliseconds timeout) const {
    auto set = awaited_signals();
    auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
    timespec limit{.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(timeout - seconds).count()};
    switch (sigtimedwait(&set, nullptr, &limit)) {
        case SIGINT:
        case SIGTERM:
            return Signal::stop;
        case SIGHUP:
            return Signal::reload;
        case SIGUSR1:
            return Signal::reopen_log;
        case SIGUSR2:
            return Signal::toggle_debug;
        default:
            return Signal::none;
    }
}

}  // namespace mindspace::app
