#include "services/meditation/sessions/sweeper.h"

#include "platform/telemetry/log/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mindspace::meditation {

namespace {

constexpr Seconds kInterval{5};

}  // namespace

void SessionSweeper::start() {
    asio::co_spawn(loop_, run(), asio::detached);
}

void SessionSweeper::stop() {
    is_stopped_ = true;
    timer_.cancel();
}

Awaitable<> SessionSweeper::run() {
    while (true) {
        timer_.expires_after(kInterval);
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (is_stopped_) co_return;
        try {
            co_await sweep();
        } catch (const std::exception& fault) {
            log::warn("sessions not given up, trying again", {{"error.message", fault.what()}});
        }
    }
}

Awaitable<> SessionSweeper::sweep() {
    std::int64_t count = kBatch;
    while (count == kBatch && !is_stopped_) {
        auto now = clock_.now();
        count = co_await store_.abandon_overdue(now - kPatience, now, kBatch);
        if (count == 0) break;
        abandoned_.add(static_cast<std::uint64_t>(count));
        log::info("sessions given up that nobody ended",
                  {{"event.action", "sessions_abandoned"}, {"mindspace.sessions", count}});
    }
}

}  // namespace mindspace::meditation
