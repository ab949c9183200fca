// Who is in a room: the grace, lost nodes, large rooms (the largest announce counts only), and recovery from an empty
// Redis.

#include "support/meditation/room_model.h"
#include "support/meditation/room_simulation.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class RoomPresenceTest : public testing::Test {
protected:
    static UserId user(std::size_t number) { return RoomSimulation::user(number); }
    // Users from 1 to `until`, one after the other.
    void fill(std::size_t until) {
        for (std::size_t number = 1; number < until; ++number) world_.join(world_.core(number % 2), number);
        world_.pass_and_settle(1s);
    }
    static std::int64_t count(const TestClient& client, EventType type) {
        return std::ranges::count(client.received, type);
    }

    RoomModel order_;
    RoomSimulation world_{order_, SystemClock{}.now(), 2};
};

TEST_F(RoomPresenceTest, ABrokenConnectionLeavesOnlyAfterTheGrace) {
    auto stays = world_.join(world_.core(0), 0);
    auto breaks = world_.join(world_.core(1), 1);
    world_.disconnect(world_.core(1), *breaks);
    world_.pass_and_settle(9s);
    EXPECT_TRUE(stays->present.contains(user(1)));
    auto back = world_.join(world_.core(0), 1);
    world_.pass_and_settle(20s);
    EXPECT_EQ(stays->received, std::vector{EventType::join}) << "nobody noticed";
    world_.disconnect(world_.core(0), *back);
    world_.pass_and_settle(11s);
    EXPECT_EQ(stays->received, (std::vector{EventType::join, EventType::leave}));
}

TEST_F(RoomPresenceTest, WhoseLoginSessionEndsIsGoneAtOnceWithTheDeviceThatItOpened) {
    auto stays = world_.join(world_.core(0), 0);
    auto phone = world_.join(world_.core(1), 1);
    auto laptop = world_.join(world_.core(1), 1);
    world_.apply(world_.core(1), LoginSessionRevoked{phone->owner.connection});
    world_.settle();
    EXPECT_EQ(phone->closed, kCloseTokenEnded);
    EXPECT_TRUE(stays->present.contains(user(1))) << "still here on the laptop";
    world_.apply(world_.core(1), LoginSessionRevoked{laptop->owner.connection});
    world_.settle();
    EXPECT_EQ(stays->received, (std::vector{EventType::join, EventType::leave}));
    EXPECT_EQ(order_.read_after(0).events->back().event.reason, EventReason::kicked);
    EXPECT_TRUE(world_.core(1).room.is_empty());
}

TEST_F(RoomPresenceTest, WhoHasAnotherNameIsShownUnderIt) {
    auto host = world_.join(world_.core(0), 0);
    auto renamed = world_.join(world_.core(1), 1);
    for (std::size_t core : {0U, 1U})
        world_.apply(world_.core(core), ProfileChange{.user = user(1), .display_name = "Grace", .avatar_url = {}});
    world_.pass_and_settle(1s);
    EXPECT_EQ(host->names[user(1)], "Grace");
    EXPECT_EQ(renamed->names[user(1)], "Grace");
    EXPECT_EQ(host->received, (std::vector{EventType::join, EventType::presence}));
    EXPECT_EQ(host->present, (std::set{user(0), user(1)}));
    EXPECT_EQ(world_.join(world_.core(0), 2)->names[user(1)], "Grace");
    EXPECT_EQ(order_.read_after(0).events->back().event.type, EventType::join) << "told one by one again";
}

TEST_F(RoomPresenceTest, ALostNodesParticipantsLeaveWithinHalfAMinute) {
    auto stays = world_.join(world_.core(0), 0);
    world_.join(world_.core(1), 1);
    world_.crash(1);
    world_.pass_and_settle(30s);
    EXPECT_EQ(stays->present, std::set{user(0)});
}

TEST_F(RoomPresenceTest, NobodyIsLetGoOfBecauseNobodyCouldRenew) {
    auto one = world_.join(world_.core(0), 0);
    auto two = world_.join(world_.core(1), 1);
    for (int second = 0; second < 60; ++second) {  // Redis is unavailable, but keeps its data
        world_.pass(1s);
        for (std::size_t i : {0U, 1U})
            while (!world_.core(i).tasks.empty()) world_.fail_task(world_.core(i));
    }
    world_.pass_and_settle(30s);
    EXPECT_EQ(one->received, std::vector{EventType::join});
    EXPECT_TRUE(two->received.empty());
}

TEST_F(RoomPresenceTest, ALargeRoomIsToldOfPresenceInFewEvents) {
    auto host = world_.join(world_.core(0), 0);
    fill(100);
    EXPECT_EQ(count(*host, EventType::join), 99) << "up to 100 people each is told of";
    EXPECT_EQ(count(*host, EventType::presence), 0);
    for (std::size_t number = 100; number < 160; ++number) {
        auto client = world_.connect(world_.core(number % 2), number);
        world_.send(world_.core(number % 2), *client, Hello{});
    }
    world_.settle();
    EXPECT_EQ(count(*host, EventType::presence), 1) << "the first at once";
    EXPECT_EQ(host->count, 101);
    for (int tick = 0; tick < 8; ++tick) world_.pass(250ms), world_.settle();
    EXPECT_EQ(count(*host, EventType::presence), 2) << "the others together";
    EXPECT_EQ(host->count, 160);
    EXPECT_EQ(host->present.size(), 121U) << "twenty are named";
    EXPECT_EQ(count(*host, EventType::join), 99);
}

TEST_F(RoomPresenceTest, AStormOfComingAndGoingMakesFourEventsASecond) {
    auto host = world_.join(world_.core(0), 0);
    fill(120);
    auto before = count(*host, EventType::presence);
    for (int tick = 0; tick < 100; ++tick) {  // 5 s
        auto client = world_.join(world_.core(1), 200);
        world_.send(world_.core(1), *client, LeaveMessage{});
        world_.pass(50ms);
        world_.settle();
    }
    auto told = count(*host, EventType::presence) - before;
    EXPECT_GE(told, 10);
    EXPECT_LE(told, 21);
}

TEST_F(RoomPresenceTest, ReactionsInALargeRoomAreCounts) {
    auto host = world_.join(world_.core(0), 0);
    fill(101);
    EXPECT_EQ(host->count, 101);
    auto before = order_.read_after(0).seq;
    for (const auto& [connection, client] : world_.core(1).clients)
        world_.send(world_.core(1), *client, ReactionMessage{.kind = ReactionKind::bow, .ref = "mine"});
    world_.settle();
    world_.pass_and_settle(2s);
    EXPECT_EQ(count(*host, EventType::reaction), 2) << "the first, and the others together";
    std::int64_t bows = 0;
    auto events = order_.read_after(before).events.value();
    for (const auto& ordered : events) {
        bows += ordered.event.counts.value().bow.value();
        EXPECT_FALSE(ordered.event.from || ordered.event.ref || ordered.event.counts->heart);
    }
    EXPECT_EQ(bows, static_cast<std::int64_t>(world_.core(1).clients.size()));
}

TEST_F(RoomPresenceTest, ASitOfAThousandIsToldNumbersEveryTenSeconds) {
    auto host = world_.join(world_.core(0), 0);
    fill(1001);
    ASSERT_EQ(host->count, 1001);
    world_.send(world_.core(0), *host, StartMessage{});
    world_.pass_and_settle(11s);
    auto before = order_.read_after(0).seq;
    for (std::size_t number = 1001; number < 1041; ++number) {  // 20 s
        auto client = world_.join(world_.core(1), number);
        world_.send(world_.core(1), *client, ReactionMessage{});
        world_.pass(500ms);
        world_.settle();
    }
    auto events = order_.read_after(before).events.value();
    EXPECT_LE(events.size(), 6U) << "presence and reactions, three times at most";
    EXPECT_GE(events.size(), 4U);
    for (const auto& ordered : events) {
        if (ordered.event.type == EventType::reaction) continue;
        EXPECT_EQ(ordered.event.type, EventType::presence);
        EXPECT_TRUE(ordered.event.joined->empty() && ordered.event.left->empty());
    }
    world_.pass_and_settle(10s);
    EXPECT_EQ(host->count, 1041);
    world_.send(world_.core(0), *host, EndMessage{});
    world_.settle();
    ASSERT_TRUE(host->present.contains(user(1)));
    for (const auto& [connection, client] : world_.core(1).clients)
        if (client->owner.user == user(1)) {
            world_.send(world_.core(1), *client, LeaveMessage{});
            break;
        }
    world_.pass_and_settle(1s);
    EXPECT_FALSE(host->present.contains(user(1))) << "names again, once it is over";
}

TEST_F(RoomPresenceTest, AnEmptyRedisIsRebuiltFromWhatTheCoresKnow) {
    auto host = world_.join(world_.core(0), 0);
    auto guest = world_.join(world_.core(1), 1);
    auto breaks = world_.join(world_.core(1), 2);
    world_.send(world_.core(0), *host, StartMessage{});
    world_.settle();
    auto epoch = guest->epoch;
    order_.forget_everything();
    world_.disconnect(world_.core(1), *breaks);
    world_.send(world_.core(0), *host, ReactionMessage{});
    world_.settle();
    world_.pass_and_settle(5s);
    EXPECT_NE(guest->epoch, epoch);
    EXPECT_EQ(guest->received.back(), EventType::reaction);
    auto late = world_.join(world_.core(0), 3, ResumePoint{epoch, 1});
    EXPECT_EQ(late->present, (std::set{user(0), user(1), user(2), user(3)}));
    EXPECT_TRUE(late->received.empty()) << "nothing of the old epoch can be replayed";
    world_.pass_and_settle(10s);
    EXPECT_EQ(guest->present, (std::set{user(0), user(1), user(3)}));
    world_.pass_and_settle(60s);
    EXPECT_EQ(guest->received.back(), EventType::end);
}

}  // namespace
}  // namespace mindspace::meditation
