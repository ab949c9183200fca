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
        for (std::size_t number = 1; number < until; ++number) simulation_.join(simulation_.core(number % 2), number);
        simulation_.pass_and_settle(1s);
    }
    static std::int64_t count(const TestClient& client, EventType type) {
        return std::ranges::count(client.received, type);
    }

    RoomModel order_;
    RoomSimulation simulation_{order_, SystemClock{}.now(), 2};
};

TEST_F(RoomPresenceTest, ABrokenConnectionLeavesAfterTheGracePeriod) {
    auto observer = simulation_.join(simulation_.core(0), 0);
    auto breaks = simulation_.join(simulation_.core(1), 1);
    simulation_.disconnect(simulation_.core(1), *breaks);
    simulation_.pass_and_settle(9s);
    EXPECT_TRUE(observer->present.contains(user(1)));
    auto back = simulation_.join(simulation_.core(0), 1);
    simulation_.pass_and_settle(20s);
    EXPECT_EQ(observer->received, std::vector{EventType::join}) << "not announced";
    simulation_.disconnect(simulation_.core(0), *back);
    simulation_.pass_and_settle(11s);
    EXPECT_EQ(observer->received, (std::vector{EventType::join, EventType::leave}));
}

TEST_F(RoomPresenceTest, TheEndOfALoginSessionRemovesItsDevicesImmediately) {
    auto observer = simulation_.join(simulation_.core(0), 0);
    auto phone = simulation_.join(simulation_.core(1), 1);
    auto laptop = simulation_.join(simulation_.core(1), 1);
    simulation_.apply(simulation_.core(1), LoginSessionRevoked{phone->owner.connection});
    simulation_.settle();
    EXPECT_EQ(phone->closed, kCloseTokenEnded);
    EXPECT_TRUE(observer->present.contains(user(1))) << "still here on the laptop";
    simulation_.apply(simulation_.core(1), LoginSessionRevoked{laptop->owner.connection});
    simulation_.settle();
    EXPECT_EQ(observer->received, (std::vector{EventType::join, EventType::leave}));
    EXPECT_EQ(order_.read_after(0).events->back().event.reason, EventReason::kicked);
    EXPECT_TRUE(simulation_.core(1).room.is_empty());
}

TEST_F(RoomPresenceTest, ANewNameIsShownToOthers) {
    auto host = simulation_.join(simulation_.core(0), 0);
    auto renamed = simulation_.join(simulation_.core(1), 1);
    for (std::size_t core : {0U, 1U})
        simulation_.apply(simulation_.core(core),
                          ProfileChange{.user = user(1), .display_name = "Grace", .avatar_url = {}});
    simulation_.pass_and_settle(1s);
    EXPECT_EQ(host->names[user(1)], "Grace");
    EXPECT_EQ(renamed->names[user(1)], "Grace");
    EXPECT_EQ(host->received, (std::vector{EventType::join, EventType::presence}));
    EXPECT_EQ(host->present, (std::set{user(0), user(1)}));
    EXPECT_EQ(simulation_.join(simulation_.core(0), 2)->names[user(1)], "Grace");
    EXPECT_EQ(order_.read_after(0).events->back().event.type, EventType::join) << "announced one by one again";
}

TEST_F(RoomPresenceTest, ALostNodesParticipantsLeaveWithinHalfAMinute) {
    auto observer = simulation_.join(simulation_.core(0), 0);
    simulation_.join(simulation_.core(1), 1);
    simulation_.crash(1);
    simulation_.pass_and_settle(30s);
    EXPECT_EQ(observer->present, std::set{user(0)});
}

TEST_F(RoomPresenceTest, NoParticipantLeavesBecauseRenewalWasImpossible) {
    auto one = simulation_.join(simulation_.core(0), 0);
    auto two = simulation_.join(simulation_.core(1), 1);
    for (int second = 0; second < 60; ++second) {  // Redis is unavailable, but keeps its data
        simulation_.pass(1s);
        for (std::size_t i : {0U, 1U})
            while (!simulation_.core(i).tasks.empty()) simulation_.fail_task(simulation_.core(i));
    }
    simulation_.pass_and_settle(30s);
    EXPECT_EQ(one->received, std::vector{EventType::join});
    EXPECT_TRUE(two->received.empty());
}

TEST_F(RoomPresenceTest, ALargeRoomCombinesPresenceIntoFewEvents) {
    auto host = simulation_.join(simulation_.core(0), 0);
    fill(100);
    EXPECT_EQ(count(*host, EventType::join), 99) << "each is announced in rooms of up to 100";
    EXPECT_EQ(count(*host, EventType::presence), 0);
    for (std::size_t number = 100; number < 160; ++number) {
        auto client = simulation_.connect(simulation_.core(number % 2), number);
        simulation_.send(simulation_.core(number % 2), *client, Hello{});
    }
    simulation_.settle();
    EXPECT_EQ(count(*host, EventType::presence), 1) << "the first at once";
    EXPECT_EQ(host->count, 101);
    for (int tick = 0; tick < 8; ++tick) simulation_.pass(250ms), simulation_.settle();
    EXPECT_EQ(count(*host, EventType::presence), 2) << "the others together";
    EXPECT_EQ(host->count, 160);
    EXPECT_EQ(host->present.size(), 121U) << "twenty are named";
    EXPECT_EQ(count(*host, EventType::join), 99);
}

TEST_F(RoomPresenceTest, ManyJoinsAndLeavesPublishFourEventsPerSecond) {
    auto host = simulation_.join(simulation_.core(0), 0);
    fill(120);
    auto before = count(*host, EventType::presence);
    for (int tick = 0; tick < 100; ++tick) {  // 5 s
        auto client = simulation_.join(simulation_.core(1), 200);
        simulation_.send(simulation_.core(1), *client, LeaveMessage{});
        simulation_.pass(50ms);
        simulation_.settle();
    }
    auto events = count(*host, EventType::presence) - before;
    EXPECT_GE(events, 10);
    EXPECT_LE(events, 21);
}

TEST_F(RoomPresenceTest, ALargeRoomCountsReactions) {
    auto host = simulation_.join(simulation_.core(0), 0);
    fill(101);
    EXPECT_EQ(host->count, 101);
    auto before = order_.read_after(0).seq;
    for (const auto& [connection, client] : simulation_.core(1).clients)
        simulation_.send(simulation_.core(1), *client, ReactionMessage{.kind = ReactionKind::bow, .ref = "mine"});
    simulation_.settle();
    simulation_.pass_and_settle(2s);
    EXPECT_EQ(count(*host, EventType::reaction), 2) << "the first, and the others together";
    std::int64_t bows = 0;
    auto events = order_.read_after(before).events.value();
    for (const auto& ordered : events) {
        bows += ordered.event.counts.value().bow.value();
        EXPECT_FALSE(ordered.event.from || ordered.event.ref || ordered.event.counts->heart);
    }
    EXPECT_EQ(bows, static_cast<std::int64_t>(simulation_.core(1).clients.size()));
}

TEST_F(RoomPresenceTest, AGroupOfAThousandAnnouncesCountsEveryTenSeconds) {
    auto host = simulation_.join(simulation_.core(0), 0);
    fill(1001);
    ASSERT_EQ(host->count, 1001);
    simulation_.send(simulation_.core(0), *host, StartMessage{});
    simulation_.pass_and_settle(11s);
    auto before = order_.read_after(0).seq;
    for (std::size_t number = 1001; number < 1041; ++number) {  // 20 s
        auto client = simulation_.join(simulation_.core(1), number);
        simulation_.send(simulation_.core(1), *client, ReactionMessage{});
        simulation_.pass(500ms);
        simulation_.settle();
    }
    auto events = order_.read_after(before).events.value();
    EXPECT_LE(events.size(), 6U) << "presence and reactions, three times at most";
    EXPECT_GE(events.size(), 4U);
    for (const auto& ordered : events) {
        if (ordered.event.type == EventType::reaction) continue;
        EXPECT_EQ(ordered.event.type, EventType::presence);
        EXPECT_TRUE(ordered.event.joined->empty() && ordered.event.left->empty());
    }
    simulation_.pass_and_settle(10s);
    EXPECT_EQ(host->count, 1041);
    simulation_.send(simulation_.core(0), *host, EndMessage{});
    simulation_.settle();
    ASSERT_TRUE(host->present.contains(user(1)));
    for (const auto& [connection, client] : simulation_.core(1).clients)
        if (client->owner.user == user(1)) {
            simulation_.send(simulation_.core(1), *client, LeaveMessage{});
            break;
        }
    simulation_.pass_and_settle(1s);
    EXPECT_FALSE(host->present.contains(user(1))) << "names again, once it is over";
}

TEST_F(RoomPresenceTest, AnEmptyRedisIsRebuiltFromTheCores) {
    auto host = simulation_.join(simulation_.core(0), 0);
    auto guest = simulation_.join(simulation_.core(1), 1);
    auto breaks = simulation_.join(simulation_.core(1), 2);
    simulation_.send(simulation_.core(0), *host, StartMessage{});
    simulation_.settle();
    auto epoch = guest->epoch;
    order_.lose_data();
    simulation_.disconnect(simulation_.core(1), *breaks);
    simulation_.send(simulation_.core(0), *host, ReactionMessage{});
    simulation_.settle();
    simulation_.pass_and_settle(5s);
    EXPECT_NE(guest->epoch, epoch);
    EXPECT_EQ(guest->received.back(), EventType::reaction);
    auto late = simulation_.join(simulation_.core(0), 3, ResumePoint{epoch, 1});
    EXPECT_EQ(late->present, (std::set{user(0), user(1), user(2), user(3)}));
    EXPECT_TRUE(late->received.empty()) << "nothing of the old epoch can be replayed";
    simulation_.pass_and_settle(10s);
    EXPECT_EQ(guest->present, (std::set{user(0), user(1), user(3)}));
    simulation_.pass_and_settle(60s);
    EXPECT_EQ(guest->received.back(), EventType::end);
}

}  // namespace
}  // namespace mindspace::meditation
