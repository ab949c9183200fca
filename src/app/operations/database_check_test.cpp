#include "app/operations/database_check.h"

#include "platform/postgres/connection/client.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>

namespace mindspace::app {
namespace {

TEST(DatabaseHealth, IsGoodForAWhileAfterASuccess) {
    DatabaseHealth health;
    const auto now = DatabaseHealth::Clock::now();
    EXPECT_FALSE(health.is_good(now)) << "before the first check";
    health.succeed(now);
    EXPECT_TRUE(health.is_good(now));
    EXPECT_TRUE(health.is_good(now + DatabaseHealth::kValidFor - Milliseconds(1)));
    EXPECT_FALSE(health.is_good(now + DatabaseHealth::kValidFor)) << "a check that hangs";
    health.fail();
    EXPECT_FALSE(health.is_good(now));
}

TEST(DatabaseCheck, NoticesTheEndOfTheServerAndItsReturn) {
    postgres::TestServer server;
    asio::io_context loop;
    postgres::Client database(loop, {.conninfo = server.conninfo(), .connections = 1});
    database.start();
    DatabaseHealth health;
    DatabaseCheck check(loop, database, health);
    check.start();
    const auto is_good = [&] { return health.is_good(DatabaseHealth::Clock::now()); };
    postgres::run_until(loop, is_good);
    server.crash();
    postgres::run_until(loop, [&] { return !is_good(); });
    server.restart();
    postgres::run_until(loop, is_good);
    check.stop();
    database.stop();
    postgres::run_to_end(loop);
}

}  // namespace
}  // namespace mindspace::app
