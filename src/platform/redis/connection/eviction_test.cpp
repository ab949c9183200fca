#include "platform/redis/connection/eviction.h"

#include "platform/redis/connection/client.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

namespace mindspace::redis {
namespace {

TEST(RedisEviction, IsAnyPolicyButNoneOfAServerWithABound) {
    const auto info = [](const std::string& max_memory, const std::string& policy) {
        return "# Memory\r\nused_memory:1\r\nmaxmemory:" + max_memory +
               "\r\nmaxmemory_human:x\r\nmaxmemory_policy:" + policy + "\r\nallocator:x\r\n";
    };
    EXPECT_EQ(evicting_policy(info("268435456", "volatile-ttl")), "volatile-ttl");
    EXPECT_EQ(evicting_policy(info("268435456", "allkeys-lru")), "allkeys-lru");
    EXPECT_FALSE(evicting_policy(info("268435456", "noeviction")));
    EXPECT_FALSE(evicting_policy(info("0", "allkeys-lru")));
    EXPECT_FALSE(evicting_policy(""));
}

TEST(RedisEviction, IsReadFromAServer) {
    TestServer server({"--maxmemory", "6mb", "--maxmemory-policy", "volatile-ttl"});
    asio::io_context io;
    ClientOptions options;
    options.socket_path = server.socket_path();
    Client client(io, options);
    client.on_connected(&warn_of_eviction);
    client.start();
    ASSERT_TRUE(run_until(io, [&] { return client.is_up(); })) << "a warning, and no more";
    const auto info = run_task(io, client.command({"INFO", "memory"}));
    EXPECT_EQ(evicting_policy(info.as_string()), "volatile-ttl");
}

}  // namespace
}  // namespace mindspace::redis
