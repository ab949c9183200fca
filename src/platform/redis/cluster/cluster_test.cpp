// Client and subscriber against six real nodes.

#include "platform/redis/cluster/cluster.h"

#include "platform/base/result.h"
#include "support/base/process.h"
#include "support/redis/cluster_traffic.h"

#include <algorithm>
#include <stdexcept>

namespace mindspace::redis {
namespace {

TEST_F(RedisCluster, SendsEachCommandToTheNodeOfItsKeys) {
    for (int i = 0; i < 100; ++i) {
        std::string key = "key:" + std::to_string(i);
        EXPECT_EQ(call({"SET", key, key}).as_string(), "OK");
        EXPECT_EQ(call({"GET", key}).as_string(), key);
    }
    EXPECT_EQ(client_.stats().redirections.value(), 0U);
    EXPECT_EQ(call({"MGET", "{key:1}x", "key:1"}).at(1).as_string(), "key:1");
    EXPECT_EQ(call({"PING"}).as_string(), "PONG");
    EXPECT_EQ(call({"EVAL", "return 1", "0"}).as_integer(), 1);
    EXPECT_THROW(call({"MGET", "key:1", "key:2"}), std::logic_error);
    EXPECT_THROW(call({"INCR", "key:1"}), CommandError);
}

TEST_F(RedisCluster, RunsScriptsOnEveryNode) {
    for (const char* key : {"a", "b", "c", "d"}) {
        for (int round = 0; round < 2; ++round)
            run_task(io_, run_script(client_, kWriteBoth,
                                     {std::string("{") + key + "}1", std::string("{") + key + "}2"}, {key}));
        EXPECT_EQ(call({"GET", std::string("{") + key + "}2"}).as_string(), key);
    }
    EXPECT_EQ(client_.stats().errors.value(), 0U) << "NOSCRIPT is expected";
    EXPECT_THROW(run_task(io_, run_script(client_, kWriteBoth, {"a", "b"}, {"x"})), std::logic_error);
}

TEST_F(RedisCluster, ReceivesMessagesThatScriptsPublishOnAnyNode) {
    EXPECT_TRUE(receives_everything());
    const Script publish = Script::make("test", "return redis.call('SPUBLISH', KEYS[1], ARGV[1])");
    for (const std::string& channel : channels_)
        EXPECT_GE(run_task(io_, run_script(client_, publish, {channel}, {"77"})).as_integer(), 1)
            << "and who has just gone may still be counted";
    EXPECT_TRUE(run_until(io_, [this] { return std::ranges::count(received_, 77) == std::ssize(received_); }));
    EXPECT_EQ(gaps_, 3) << "the first connect to each master";
}

TEST_F(RedisCluster, StartsFromAnySeedThatReplies) {
    ClientOptions options = shared_cluster->options();
    options.seeds = {{"127.0.0.1", 1}, {"127.0.0.1", shared_cluster->nodes()[5].port}};
    Client client(io_, options);
    client.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    EXPECT_EQ(run_task(io_, send(client, {"SET", "seed", "5"})).as_string(), "OK");
}

TEST_F(RedisCluster, IsNotUpOnANodeWithoutACluster) {
    std::uint16_t port = free_port();
    TestServer lonely({"--port", std::to_string(port)});
    ClientOptions options = shared_cluster->options();
    options.seeds = {{"127.0.0.1", port}};
    Client client(io_, options);
    client.start();
    std::string fault;
    EXPECT_TRUE(run_until(io_, [&] {
        try {
            run_task(io_, send(client, {"PING"}));
        } catch (const Unavailable& unavailable) {
            fault = unavailable.what();
        }
        return fault == "ERR This instance has cluster support disabled";
    })) << fault;
}

TEST_F(RedisCluster, StopFailsPendingCommandsAndLeavesNothingBehind) {
    start_writers();
    ASSERT_TRUE(run_until(io_, [this] { return client_.stats().pending.value() > 0; }));
    client_.stop();
    subscriber_.stop();
    EXPECT_EQ(client_.stats().pending.value(), 0);
    EXPECT_FALSE(client_.is_up());
    EXPECT_THROW(call({"PING"}), Unavailable);
    is_over_ = true;
    EXPECT_TRUE(run_until(io_, [this] { return io_.stopped(); })) << "no timer, no socket, no loop";
}

}  // namespace
}  // namespace mindspace::redis
