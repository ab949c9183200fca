#include "platform/telemetry/health/database_check.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/postgres/connection/client.h"

namespace mindspace::telemetry {

namespace {

constexpr auto kInterval = std::chrono::seconds(1);
constexpr auto kIntervalWhileFailing = std::chrono::milliseconds(200);

}  // namespace

DatabaseCheck::DatabaseCheck(asio::io_context& loop, postgres::Client& database) : database_(database), tasks_(loop) {}

void DatabaseCheck::report_health(Health& health) const {
    const bool responds = is_ready();
    health.is_ready = health.is_ready && responds;
    health.checks["database"] = responds ? "ok" : "failing";
}

void DatabaseCheck::collect(Page& page) const {
    page.gauge("mindspace_postgres_responds", "1 when PostgreSQL responds to the check every second.",
               is_ready() ? 1 : 0);
}

Awaitable<> DatabaseCheck::run() {
    while (!tasks_.is_cancelled()) {
        const bool responds = co_await is_responding();
        if (responds)
            health_.succeed(DatabaseHealth::Clock::now());
        else
            health_.fail();
        co_await sleep_for(responds ? kInterval : kIntervalWhileFailing);
    }
}

Awaitable<bool> DatabaseCheck::is_responding() {
    static constexpr postgres::Statement kPing{"readiness_ping", "SELECT 1"};
    try {
        co_await database_.query(kPing);
        co_return true;
    } catch (const std::exception& fault) {
        if (is_cancellation(fault)) throw;
        co_return false;
    }
}

}  // namespace mindspace::telemetry
