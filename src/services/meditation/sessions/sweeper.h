#pragma once
// Abandons the sessions that were never ended, 24 h after their planned end. Any number of processes may run one, on
// one of their cores; one sweeps at a time.

#include "platform/async/task_group.h"
#include "platform/telemetry/metrics/page.h"
#include "services/meditation/sessions/store.h"

namespace mindspace::meditation {

class SessionSweeper {
public:
    SessionSweeper(asio::io_context& loop, SessionStore store) : store_(store), tasks_(loop) {}

    void start() { tasks_.spawn(run()); }
    // Final. The loop must finish its work before this object is destroyed.
    void stop() { tasks_.cancel(); }

    // Sessions abandoned by this process.
    [[nodiscard]] const telemetry::Counter& abandoned() const { return abandoned_; }

    static constexpr std::chrono::hours kAbandonAfter{24};
    static constexpr std::int32_t kBatch = 500;  // per statement

private:
    Awaitable<> run();
    Awaitable<> sweep();

    SessionStore store_;
    TaskGroup tasks_;
    telemetry::Counter abandoned_;
    SystemClock clock_;
};

}  // namespace mindspace::meditation
