#include "platform/limits/rate_limiter.h"

#include "platform/redis/connection/client.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

#include <csignal>

namespace mindspace::limits {
namespace {

class RateLimiterTest : public testing::Test {
protected:
    RateLimiterTest() : client_(io_, options()), limiter_(client_) {
        client_.start();
        redis::run_until(io_, [this] { return client_.is_up(); });
    }
    void TearDown() override { client_.stop(); }

    redis::ClientOptions options() {
        redis::ClientOptions options;
        options.socket_path = server_.socket_path();
        return options;
    }
    RateLimiter::RateLimitResult consume(const Policy& policy, std::vector<std::string_view> also_read = {}) {
        return redis::run_task(io_, limiter_.consume("{user}:l", policy, std::move(also_read)));
    }

    redis::TestServer server_;
    asio::io_context io_;
    redis::Client client_;
    RateLimiter limiter_;
    const Policy three_an_hour_{"test", 3, Seconds(3600)};
};

TEST_F(RateLimiterTest, CountsForAllNodesTogether) {
    RateLimiter other(client_);
    EXPECT_EQ(consume(three_an_hour_).decision.remaining, 2U);
    EXPECT_EQ(redis::run_task(io_, other.consume("{user}:l", three_an_hour_)).decision.remaining, 1U);
    EXPECT_TRUE(consume(three_an_hour_).decision.allowed);
    auto decision = consume(three_an_hour_).decision;
    EXPECT_FALSE(decision.allowed);
    EXPECT_GE(decision.retry_after, Seconds(1199));
    EXPECT_LE(decision.retry_after, Seconds(1200));
    EXPECT_TRUE(redis::run_task(io_, limiter_.consume("{another}:l", three_an_hour_)).decision.allowed);
}

TEST_F(RateLimiterTest, ReadsOtherKeysInTheSameRoundTrip) {
    redis::run_task(io_, client_.command({"SET", "{user}:a", "1"}));
    auto commands = client_.stats().commands.value();
    auto result = consume(three_an_hour_, {"{user}:a", "{user}:b"});
    EXPECT_EQ(result.values[0], "1");
    EXPECT_EQ(result.values[1], std::nullopt);
    EXPECT_LE(client_.stats().commands.value() - commands, 2U) << "the first call may have to bring the script";
}

TEST_F(RateLimiterTest, CountsCallsThatACoreHasAdmittedByItself) {
    const std::string key = "{user}:l";
    const UncountedCalls two{.count = 2, .age = 1000};
    EXPECT_EQ(redis::run_task(io_, limiter_.consume(key, three_an_hour_, {}, two)).decision.remaining, 0U);
    const auto refused = redis::run_task(io_, limiter_.consume(key, three_an_hour_, {}, two));
    EXPECT_FALSE(refused.decision.allowed);
    ASSERT_TRUE(refused.backlog);
    EXPECT_GT(*refused.backlog, 5990e6) << "five calls: those that were admitted count, even above the limit";
}

TEST_F(RateLimiterTest, SupportsAVeryLargeQuota) {
    const Policy endless("test", 600e6, Seconds(60));
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(consume(endless).decision.allowed);
}

TEST_F(RateLimiterTest, CountsLocallyWhileRedisIsUnavailable) {
    server_.signal(SIGKILL);
    ASSERT_TRUE(redis::run_until(io_, [this] { return !client_.is_up(); }));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(consume(three_an_hour_, {"{user}:a"}).decision.allowed);
    auto result = consume(three_an_hour_, {"{user}:a"});
    EXPECT_FALSE(result.decision.allowed);
    EXPECT_EQ(result.values[0], std::nullopt);
}

}  // namespace
}  // namespace mindspace::limits
