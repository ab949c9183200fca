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
    RoomSimulation world_{order_, SystemClock{}.now(), 1};
    TestCore& core_ = world_.core();
};

TEST_F(RoomTest, HelloComesFirstAndInTime) {
    auto client = world_.connect(core_, 0);
    world_.send(core_, *client, ReactionMessage{});
    EXPECT_EQ(client->errors, std::vector<std::string>{"bad_message"});
    auto slow = world_.connect(core_, 1);
    world_.send(core_, *client, Hello{});
    world_.settle();
    world_.send(core_, *client, Hello{});
    EXPECT_EQ(client->errors.size(), 2U) << "once is enough";
    world_.pass_and_settle(4s);
    EXPECT_FALSE(slow->closed);
    world_.pass_and_settle(1s);
    EXPECT_EQ(slow->closed, kCloseNoHello);
    EXPECT_FALSE(client->closed);
}

TEST_F(RoomTest, ReactionsAreLimitedByPersonNotByDevice) {
    auto phone = world_.join(core_, 0);
    auto laptop = world_.join(core_, 0);
    for (int i = 0; i < 3; ++i)
        for (const auto& client : {phone, laptop}) world_.send(core_, *client, ReactionMessage{});
    world_.settle();
    EXPECT_TRUE(phone->errors.empty());
    EXPECT_EQ(laptop->errors, std::vector<std::string>{"rate_limited"});
    EXPECT_EQ(phone->received.size(), 5U);
    world_.pass_and_settle(10s);
    world_.send(core_, *phone, ReactionMessage{});
    world_.settle();
    EXPECT_EQ(phone->received.size(), 6U);
}

TEST_F(RoomTest, ATokenIsAskedForBeforeItEnds) {
    auto client = world_.join(core_, 0);
    auto other = world_.join(core_, 1);
    world_.pass_and_settle(841s);
    world_.apply(core_, TokenRenewed{client->owner.connection, world_.now() + 900s});
    world_.pass_and_settle(60s);
    EXPECT_FALSE(client->closed);
    EXPECT_EQ(other->closed, kCloseTokenEnded);
}

TEST_F(RoomTest, AnEventThatCannotBeOrderedIsAnError) {
    auto client = world_.join(core_, 0);
    world_.send(core_, *client, ReactionMessage{});
    world_.fail_task(core_);
    EXPECT_EQ(client->errors, std::vector<std::string>{"unavailable"});
}

TEST_F(RoomTest, WhoMissedTooMuchIsToComeAgain) {
    auto client = world_.join(core_, 0);
    for (int i = 0; i < 1001; ++i)
        order_.react({{}, make_reaction(RoomSimulation::user(0), {}), reaction_limit(2000)}, world_.now());
    world_.apply(core_, SubscriptionInterrupted{});
    world_.settle();
    EXPECT_EQ(client->closed, http::CloseCode::service_restart);
    auto again = world_.join(core_, 0, ResumePoint{client->epoch, client->seq});
    EXPECT_EQ(again->seq, again->replayed_until) << "from the state";
    EXPECT_TRUE(again->received.empty());
}

TEST_F(RoomTest, WhatWasMissedIsReplayed) {
    auto stays = world_.join(core_, 0);
    auto breaks = world_.join(core_, 1);
    world_.disconnect(core_, *breaks);
    for (int i = 0; i < 3; ++i) world_.send(core_, *stays, ReactionMessage{});
    auto joins = world_.join(core_, 2);
    auto again = world_.join(core_, 1, ResumePoint{breaks->epoch, breaks->seq});
    EXPECT_EQ(again->received,
              (std::vector{EventType::reaction, EventType::reaction, EventType::reaction, EventType::join}));
    EXPECT_EQ(again->seq, stays->seq);
}

}  // namespace
}  // namespace mindspace::meditation
