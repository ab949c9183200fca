#pragma once
// Gives up the sessions that nobody ended: 24 h after their planned end. Any number of processes may run one, on one of
// their cores; one sweeps at a time.

#include "platform/telemetry/metrics/metrics.h"
#include "services/meditation/sessions/store.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace mindspace::meditation {

class SessionSweeper {
public:
    SessionSweeper(asio::io_context& loop, SessionStore store) : loop_(loop), store_(store), timer_(loop) {}

    void start();
    // Final. The loop must run out before this object goes.
    void stop();

    // Sessions given up by this process.
    [[nodiscard]] const telemetry::Counter& abandoned() const { return abandoned_; }

    static constexpr std::chrono::hours kPatience{24};
    static constexpr std::int32_t kBatch = 500;  // in one statement

private:
    Awaitable<> run();
    Awaitable<> sweep();

    asio::io_context& loop_;
    SessionStore store_;
    asio::steady_timer timer_;
    bool is_stopped_ = false;
    telemetry::Counter abandoned_;
    SystemClock clock_;
};

}  // namespace mindspace::meditation
