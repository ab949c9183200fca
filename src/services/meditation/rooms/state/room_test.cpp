// How a room handles its connections: hello, tokens, limits, failures.

#include "support/meditation/room_model.h"
#include "support/meditation/room_simulation.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class RoomTest : public testing::Test {
protected:
    RoomModel order_;
    RoomSimulation simulation_{order_, SystemClock{}.now(), 1};
    TestCore& core_ = simulation_.core();
};

TEST_F(RoomTest, RequiresHelloFirstAndInTime) {
    auto client = simulation_.connect(core_, 0);
    simulation_.send(core_, *client, ReactionMessage{});
    EXPECT_EQ(client->errors, std::vector<std::string>{"bad_message"});
    auto slow = simulation_.connect(core_, 1);
    simulation_.send(core_, *client, Hello{});
    simulation_.settle();
    simulation_.send(core_, *client, Hello{});
    EXPECT_EQ(client->errors.size(), 2U) << "once is enough";
    simulation_.pass_and_settle(4s);
    EXPECT_FALSE(slow->closed);
    simulation_.pass_and_settle(1s);
    EXPECT_EQ(slow->closed, kCloseNoHello);
    EXPECT_FALSE(client->closed);
}

TEST_F(RoomTest, ReactionsAreLimitedPerUserNotPerDevice) {
    auto phone = simulation_.join(core_, 0);
    auto laptop = simulation_.join(core_, 0);
    for (int i = 0; i < 3; ++i)
        for (const auto& client : {phone, laptop}) simulation_.send(core_, *client, ReactionMessage{});
    simulation_.settle();
    EXPECT_TRUE(phone->errors.empty());
    EXPECT_EQ(laptop->errors, std::vector<std::string>{"rate_limited"});
    EXPECT_EQ(phone->received.size(), 5U);
    simulation_.pass_and_settle(10s);
    simulation_.send(core_, *phone, ReactionMessage{});
    simulation_.settle();
    EXPECT_EQ(phone->received.size(), 6U);
}

TEST_F(RoomTest, ANewTokenIsRequestedBeforeTheOldOneExpires) {
    auto client = simulation_.join(core_, 0);
    auto other = simulation_.join(core_, 1);
    simulation_.pass_and_settle(841s);
    simulation_.apply(core_, TokenRenewed{client->owner.connection, simulation_.now() + 900s});
    simulation_.pass_and_settle(60s);
    EXPECT_FALSE(client->closed);
    EXPECT_EQ(other->closed, kCloseTokenEnded);
}

TEST_F(RoomTest, AnEventThatCannotBeOrderedIsReportedAsAnError) {
    auto client = simulation_.join(core_, 0);
    simulation_.send(core_, *client, ReactionMessage{});
    simulation_.fail_task(core_);
    EXPECT_EQ(client->errors, std::vector<std::string>{"unavailable"});
}

TEST_F(RoomTest, AClientThatMissedTooMuchMustReconnect) {
    auto client = simulation_.join(core_, 0);
    for (int i = 0; i < 1001; ++i)
        order_.react({{}, make_reaction(RoomSimulation::user(0), {}), reaction_limit(2000)}, simulation_.now());
    simulation_.apply(core_, SubscriptionInterrupted{});
    simulation_.settle();
    EXPECT_EQ(client->closed, http::CloseCode::service_restart);
    auto again = simulation_.join(core_, 0, ResumePoint{client->epoch, client->seq});
    EXPECT_EQ(again->seq, again->replayed_until) << "from the state";
    EXPECT_TRUE(again->received.empty());
}

TEST_F(RoomTest, MissedEventsAreReplayed) {
    auto observer = simulation_.join(core_, 0);
    auto breaks = simulation_.join(core_, 1);
    simulation_.disconnect(core_, *breaks);
    for (int i = 0; i < 3; ++i) simulation_.send(core_, *observer, ReactionMessage{});
    auto joins = simulation_.join(core_, 2);
    auto again = simulation_.join(core_, 1, ResumePoint{breaks->epoch, breaks->seq});
    EXPECT_EQ(again->received,
              (std::vector{EventType::reaction, EventType::reaction, EventType::reaction, EventType::join}));
    EXPECT_EQ(again->seq, observer->seq);
}

}  // namespace
}  // namespace mindspace::meditation
