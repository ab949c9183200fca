#pragma once
// Notifies the service manager of this process (sd_notify(3), systemd units with Type=notify): when it is ready, what
// it is doing, and keep-alives for its watchdog. No effect if no service manager listens. Used on the main thread.

#include <chrono>
#include <string_view>

namespace mindspace::app {

class ServiceManager {
public:
    using Clock = std::chrono::steady_clock;

    // Reads from the environment whether there is a watchdog.
    ServiceManager();

    // Reports that the start takes longer: the reason, and for how long at most.
    void starting(std::string_view status, std::chrono::seconds limit) const;
    void ready(std::string_view status) const;
    void reloading() const;
    void stopping(std::string_view status) const;

    // The maximum time between two keep-alives; zero without a watchdog.
    [[nodiscard]] std::chrono::microseconds watchdog_interval() const { return interval_; }
    // Whether the next keep-alive is due.
    [[nodiscard]] bool is_keep_alive_due(Clock::time_point now) const;
    void keep_alive(Clock::time_point now);

private:
    std::chrono::microseconds interval_{};
    Clock::time_point next_{};
};

}  // namespace mindspace::app
