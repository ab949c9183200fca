#include "app/process/signals.h"

#include <csignal>
#include <ctime>

namespace mindspace::app {

namespace {

sigset_t awaited_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
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
    const int received = sigtimedwait(&set, nullptr, &limit);
    if (received == SIGHUP) return Signal::reload;
    return received > 0 ? Signal::stop : Signal::none;
}

}  // namespace mindspace::app
