#pragma once
// Checks once a second in the background whether PostgreSQL responds, so that /readyz costs no query.

#include "platform/async/task_group.h"
#include "platform/module/module.h"

#include <atomic>
#include <chrono>

namespace mindspace::telemetry {

// The latest result. A success is valid for a limited time only: a check that hangs means the same as one that fails.
// May be used from any thread.
class DatabaseHealth {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::seconds kValidFor{5};

    void succeed(Clock::time_point now) { valid_until_ = (now + kValidFor).time_since_epoch().count(); }
    void fail() { valid_until_ = kNever; }
    [[nodiscard]] bool is_healthy(Clock::time_point now) const { return now.time_since_epoch().count() < valid_until_; }

private:
    static constexpr Clock::rep kNever = 0;
    std::atomic<Clock::rep> valid_until_ = kNever;
};

class DatabaseCheck final : public Module {
public:
    // `database` belongs to `loop`.
    DatabaseCheck(asio::io_context& loop, postgres::Client& database);

    void start() override { tasks_.spawn(run()); }
    [[nodiscard]] bool is_ready() const override { return health_.is_healthy(DatabaseHealth::Clock::now()); }
    void stop() override { tasks_.cancel(); }

    void report_health(Health& health) const override;
    void collect(Page& page) const override;

private:
    Awaitable<> run();
    Awaitable<bool> is_responding();

    postgres::Client& database_;
    DatabaseHealth health_;
    TaskGroup tasks_;
};

}  // namespace mindspace::telemetry
