#include "platform/telemetry/health/database_check.h"

#include "platform/postgres/connection/client.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>

namespace mindspace::telemetry {
namespace {

TEST(DatabaseHealth, IsHealthyForAWhileAfterASuccess) {
    DatabaseHealth health;
    const auto now = DatabaseHealth::Clock::now();
    EXPECT_FALSE(health.is_healthy(now)) << "before the first check";
    health.succeed(now);
    EXPECT_TRUE(health.is_healthy(now));
    EXPECT_TRUE(health.is_healthy(now + DatabaseHealth::kValidFor - Milliseconds(1)));
    EXPECT_FALSE(health.is_healthy(now + DatabaseHealth::kValidFor)) << "a check that hangs";
    health.fail();
    EXPECT_FALSE(health.is_healthy(now));
}

TEST(DatabaseCheck, DetectsTheLossOfTheServerAndItsReturn) {
    postgres::TestServer server;
    asio::io_context loop;
    postgres::Client database(loop, {.conninfo = server.conninfo(), .connections = 1});
    database.start();
    DatabaseCheck check(loop, database);
    const auto reported = [&] {
        Health health;
        check.report_health(health);
        return health.checks.at("database") + (health.is_ready ? "" : ", not ready");
    };
    EXPECT_EQ(reported(), "failing, not ready");
    check.start();
    postgres::run_until(loop, [&] { return check.is_ready(); });
    EXPECT_EQ(reported(), "ok");
    server.crash();
    postgres::run_until(loop, [&] { return !check.is_ready(); });
    EXPECT_EQ(reported(), "failing, not ready");
    server.restart();
    postgres::run_until(loop, [&] { return check.is_ready(); });
    check.stop();
    database.stop();
    postgres::run_to_end(loop);
}

}  // namespace
}  // namespace mindspace::telemetry
