#include "app/process/notify.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <time.h>

namespace mindspace::app {

namespace {

constexpr int kKeepEnvironment = 0;

// A service manager that does not listen is not an error.
void send(const std::string& text) {
    ::sd_notify(kKeepEnvironment, text.c_str());
}

// The time of the clock by which systemd orders notifications.
std::int64_t monotonic_microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::seconds(now.tv_sec) +
                                                                 std::chrono::nanoseconds(now.tv_nsec))
        .count();
}

}  // namespace

ServiceManager::ServiceManager() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(kKeepEnvironment, &microseconds) > 0) interval_ = std::chrono::microseconds(microseconds);
}

void ServiceManager::starting(std::string_view status, std::chrono::seconds limit) const {
    send(fmt::format("STATUS={}\nEXTEND_TIMEOUT_USEC={}", status, std::chrono::microseconds(limit).count()));
}

void ServiceManager::ready(std::string_view status) const {
    send(fmt::format("READY=1\nSTATUS={}", status));
}

void ServiceManager::reloading() const {
    send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reading certificates", monotonic_microseconds()));
}

void ServiceManager::stopping(std::string_view status) const {
    send(fmt::format("STOPPING=1\nSTATUS={}", status));
}

// Sends three per interval, so that one late notification does not end the process.
bool ServiceManager::is_keep_alive_due(Clock::time_point now) const {
    return interval_.count() > 0 && now >= next_;
}

void ServiceManager::keep_alive(Clock::time_point now) {
    send("WATCHDOG=1");
    next_ = now + interval_ / 3;
}

}  // namespace mindspace::app
