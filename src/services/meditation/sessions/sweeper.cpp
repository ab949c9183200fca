#include "services/meditation/sessions/sweeper.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::meditation {

namespace {

constexpr Seconds kInterval{5};

}  // namespace

Awaitable<> SessionSweeper::run() {
    while (true) {
        co_await sleep_for(kInterval);
        try {
            co_await sweep();
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            log::warn("sessions not abandoned, retrying", {{"error.message", fault.what()}});
        }
    }
}

Awaitable<> SessionSweeper::sweep() {
    std::int64_t count = kBatch;
    while (count == kBatch) {
        auto now = clock_.now();
        count = co_await store_.abandon_overdue(now - kAbandonAfter, now, kBatch);
        if (count == 0) break;
        abandoned_.add(static_cast<std::uint64_t>(count));
        log::info("sessions abandoned: they were never ended",
                  {{"event.action", "sessions_abandoned"}, {"mindspace.sessions", count}});
    }
}

}  // namespace mindspace::meditation
