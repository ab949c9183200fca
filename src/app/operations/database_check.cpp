#include "app/operations/database_check.h"

#include "platform/async/as_tuple.h"
#include "platform/postgres/connection/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace mindspace::app {

namespace {

constexpr auto kInterval = std::chrono::seconds(1);
constexpr auto kIntervalWhileFailing = std::chrono::milliseconds(200);

}  // namespace

DatabaseCheck::DatabaseCheck(asio::io_context& loop, postgres::Client& database, DatabaseHealth& health)
    : loop_(loop), database_(database), health_(health), timer_(loop) {}

void DatabaseCheck::start() {
    asio::co_spawn(loop_, run(), asio::detached);
}

void DatabaseCheck::stop() {
    stopped_ = true;
    timer_.cancel();
}

Awaitable<> DatabaseCheck::run() {
    while (!stopped_) {
        const bool responds = co_await ask();
        if (responds)
            health_.succeed(DatabaseHealth::Clock::now());
        else
            health_.fail();
        if (stopped_) co_return;
        timer_.expires_after(responds ? kInterval : kIntervalWhileFailing);
        co_await timer_.async_wait(kTuple);
    }
}

Awaitable<bool> DatabaseCheck::ask() {
    static constexpr postgres::Statement kPing{"readiness_ping", "SELECT 1"};
    try {
        co_await database_.query(kPing);
        co_return true;
    } catch (const std::exception&) {
        co_return false;
    }
}

}  // namespace mindspace::app
