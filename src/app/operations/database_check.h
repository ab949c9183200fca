#pragma once
// Whether PostgreSQL responds, asked once a second in the background: what /readyz says of it costs no query. The first
// core asks; every core reads.

#include "platform/async/task_group.h"

#include <atomic>
#include <chrono>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::app {

// What is known. A success counts for a while only: a check that hangs says as much as one that fails.
class DatabaseHealth {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::seconds kValidFor{5};

    void succeed(Clock::time_point now) { valid_until_ = (now + kValidFor).time_since_epoch().count(); }
    void fail() { valid_until_ = kNever; }
    [[nodiscard]] bool is_good(Clock::time_point now) const { return now.time_since_epoch().count() < valid_until_; }

private:
    static constexpr Clock::rep kNever = 0;
    std::atomic<Clock::rep> valid_until_ = kNever;
};

class DatabaseCheck {
public:
    // All three must outlive it; `database` belongs to `loop`.
    DatabaseCheck(asio::io_context& loop, postgres::Client& database, DatabaseHealth& health);

    void start() { tasks_.spawn(run()); }
    void stop() { tasks_.cancel(); }

private:
    Awaitable<> run();
    Awaitable<bool> ask();

    postgres::Client& database_;
    DatabaseHealth& health_;
    TaskGroup tasks_;
};

}  // namespace mindspace::app
