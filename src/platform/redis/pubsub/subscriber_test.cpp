#include "platform/redis/pubsub/subscriber.h"

#include "platform/base/result.h"
#include "platform/redis/connection/client.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

#include <csignal>

namespace mindspace::redis {
namespace {

using Messages = std::vector<std::string>;

Awaitable<std::int64_t> publish(Client& client, std::string channel, std::string payload) {
    std::vector<std::string_view> args{"SPUBLISH", channel, payload};
    Awaitable<Value> receivers = client.command(std::move(args));
    co_return (co_await std::move(receivers)).as_integer();
}

Awaitable<bool> when_confirmed(Subscriber& subscriber, std::string channel) {
    co_await subscriber.confirmed(std::move(channel));
    co_return true;
}

class SubscriberTest : public testing::Test {
protected:
    ClientOptions options() const {
        ClientOptions options;
        options.socket_path = server_.socket_path();
        options.command_timeout = options.connect_timeout = Milliseconds(200);
        return options;
    }

    void SetUp() override {
        subscriber_.on_gap([this] { ++gaps_; });
        subscriber_.start();
        client_.start();
        ASSERT_TRUE(wait_until_up());
    }

    bool wait_until_up() {
        return run_until(io_, [this] { return subscriber_.is_up() && client_.is_up(); });
    }

    Subscription collect(std::string channel, Messages& messages) {
        return subscriber_.subscribe(std::move(channel),
                                     [&messages](std::string_view payload) { messages.emplace_back(payload); });
    }

    // When this returns, everything sent before has been processed or received.
    void confirm_all() { ASSERT_TRUE(run_task(io_, when_confirmed(subscriber_, "barrier"))); }

    // The number of connections to which Redis delivered the message; they have received it when this returns.
    std::int64_t publish_and_deliver(std::string channel, std::string payload) {
        std::int64_t receivers = run_task(io_, publish(client_, std::move(channel), std::move(payload)));
        confirm_all();
        return receivers;
    }

    TestServer server_;
    asio::io_context io_;
    Client client_{io_, options()};
    Subscriber subscriber_{io_, options()};
    int gaps_ = 0;
    Subscription barrier_ = subscriber_.subscribe("barrier", [](std::string_view) {});
};

TEST_F(SubscriberTest, DeliversToEveryListenerOfTheChannel) {
    Messages first;
    Messages second;
    Messages other;
    Subscription one = collect("room", first);
    std::uint64_t commands = subscriber_.stats().commands.value();
    Subscription two = collect("room", second);
    EXPECT_EQ(subscriber_.stats().commands.value(), commands) << "the listeners share one SUBSCRIBE";
    Subscription three = collect("hall", other);
    confirm_all();
    const std::string binary("a\r\n\0b", 5);
    EXPECT_EQ(publish_and_deliver("room", binary), 1);
    EXPECT_EQ(publish_and_deliver("room", ""), 1);
    EXPECT_EQ(first, (Messages{binary, ""}));
    EXPECT_EQ(second, first);
    EXPECT_TRUE(other.empty());
}

TEST_F(SubscriberTest, UnsubscribesWithTheLastListener) {
    Messages first;
    Messages second;
    Subscription one = collect("room", first);
    {
        Subscription two = collect("room", second);
        confirm_all();
        EXPECT_EQ(publish_and_deliver("room", "both"), 1);
    }
    EXPECT_EQ(publish_and_deliver("room", "one"), 1);
    one = Subscription();
    confirm_all();
    EXPECT_EQ(publish_and_deliver("room", "nobody"), 0);
    EXPECT_EQ(first, (Messages{"both", "one"}));
    EXPECT_EQ(second, (Messages{"both"}));
    one = collect("room", first);
    confirm_all();
    EXPECT_EQ(publish_and_deliver("room", "again"), 1);
}

TEST_F(SubscriberTest, AMovedSubscriptionStaysSubscribed) {
    Messages messages;
    Subscription one = collect("room", messages);
    Subscription two = std::move(one);
    one = collect("hall", messages);
    confirm_all();
    EXPECT_EQ(publish_and_deliver("room", "1"), 1);
    EXPECT_EQ(publish_and_deliver("hall", "2"), 1);
    two = std::move(one);
    confirm_all();
    EXPECT_EQ(publish_and_deliver("room", "3"), 0);
    EXPECT_EQ(publish_and_deliver("hall", "4"), 1);
    EXPECT_EQ(messages, (Messages{"1", "2", "4"}));
}

TEST_F(SubscriberTest, LetsHandlersSubscribeAndUnsubscribe) {
    Messages messages;
    Subscription later;
    Subscription neighbour;
    Subscription self;
    self = subscriber_.subscribe("room", [&](std::string_view payload) {
        messages.emplace_back(payload);
        later = collect("room", messages);
        neighbour = Subscription();
        self = Subscription();
    });
    neighbour = collect("room", messages);
    confirm_all();
    EXPECT_EQ(publish_and_deliver("room", "1"), 1);
    EXPECT_EQ(messages, (Messages{"1"})) << "neither the ended neighbour nor the newcomer gets it";
    EXPECT_EQ(publish_and_deliver("room", "2"), 1);
    EXPECT_EQ(messages, (Messages{"1", "2"}));
}

TEST_F(SubscriberTest, ResubscribesEverythingAfterARestartAndReportsTheGap) {
    Messages messages;
    Subscription one = collect("room", messages);
    confirm_all();
    EXPECT_EQ(gaps_, 1) << "the first connect";
    publish_and_deliver("room", "before");
    server_.signal(SIGKILL);
    ASSERT_TRUE(run_until(io_, [&] { return !subscriber_.is_up() && !client_.is_up(); }));
    EXPECT_THROW(run_task(io_, when_confirmed(subscriber_, "barrier")), Unavailable);
    Subscription two = collect("hall", messages);
    one = collect("garden", messages);
    server_.start();
    ASSERT_TRUE(wait_until_up());
    EXPECT_EQ(gaps_, 2);
    EXPECT_EQ(publish_and_deliver("room", "ended meanwhile"), 0);
    EXPECT_EQ(publish_and_deliver("garden", "after"), 1);
    EXPECT_EQ(publish_and_deliver("hall", "new"), 1);
    EXPECT_EQ(messages, (Messages{"before", "after", "new"}));
}

TEST_F(SubscriberTest, DetectsAHungRedis) {
    Messages messages;
    Subscription one = collect("room", messages);
    server_.signal(SIGSTOP);
    ASSERT_TRUE(run_until(io_, [&] { return !subscriber_.is_up() && !client_.is_up(); }));
    EXPECT_GE(subscriber_.stats().timeouts.value(), 1U);
    server_.signal(SIGCONT);
    ASSERT_TRUE(wait_until_up());
    EXPECT_EQ(gaps_, 2);
    EXPECT_GE(publish_and_deliver("room", "1"), 1);
    EXPECT_EQ(messages, (Messages{"1"}));
}

TEST_F(SubscriberTest, StopLeavesNothingBehind) {
    Messages messages;
    Subscription one = collect("room", messages);
    subscriber_.stop();
    client_.stop();
    EXPECT_TRUE(run_until(io_, [&] { return io_.stopped(); }));
}

TEST_F(SubscriberTest, MayBeDestroyedBeforeItsSubscriptions) {
    Messages messages;
    Subscription orphan;
    {
        Subscriber subscriber(io_, options());
        orphan = subscriber.subscribe("room", [&](std::string_view payload) { messages.emplace_back(payload); });
        subscriber.start();
        ASSERT_TRUE(run_until(io_, [&] { return subscriber.is_up(); }));
    }
    publish_and_deliver("room", "1");
    orphan = Subscription();
    EXPECT_TRUE(messages.empty());
}

}  // namespace
}  // namespace mindspace::redis
