#include "app/signals.h"

#include <csignal>
#include <ctime>

namespace mindspace::app {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

StopSignals::StopSignals() {
    auto set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

bool StopSignals::wait(std::chrono::milliseconds timeout) const {
    auto set = stop_signals();
    auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
    timespec limit{.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(timeout - seconds).count()};
    return sigtimedwait(&set, nullptr, &limit) > 0;
}

}  // namespace mindspace::app
