// How a room's group runs: start and end, an absent host, and changes made outside the room.

#include "support/meditation/room_model.h"
#include "support/meditation/room_simulation.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class RoomGroupTest : public testing::Test {
protected:
    static UserId user(std::size_t number) { return RoomSimulation::user(number); }
    void plan_an_hour() {
        world_.group().planned_seconds = 3600;
        ++world_.group().version;
    }

    RoomModel order_;
    RoomSimulation world_{order_, SystemClock{}.now(), 2};
};

TEST_F(RoomGroupTest, TheHostStartsAndTheEndComesByItselfOnce) {
    auto host = world_.join(world_.core(0), 0);
    auto guest = world_.join(world_.core(1), 1);
    world_.send(world_.core(1), *guest, StartMessage{});
    world_.send(world_.core(1), *guest, EndMessage{});
    EXPECT_EQ(guest->errors, (std::vector<std::string>{"forbidden", "forbidden"}));
    world_.send(world_.core(0), *host, EndMessage{});
    StartMessage start{.countdown_seconds = 5};
    world_.send(world_.core(0), *host, start);
    world_.send(world_.core(0), *host, start);
    world_.settle();
    EXPECT_EQ(host->errors, (std::vector<std::string>{"not_running", "already_started"}));
    EXPECT_EQ(guest->received, std::vector{EventType::start});
    world_.pass_and_settle(64s);
    EXPECT_EQ(guest->received, std::vector{EventType::start});
    world_.pass_and_settle(3s);
    EXPECT_EQ(guest->received, (std::vector{EventType::start, EventType::end}));
    EXPECT_EQ(world_.ends(), 1);
    auto late = world_.join(world_.core(0), 2);
    EXPECT_EQ(late->closed, kCloseOver);
    world_.pass_and_settle(61s);
    EXPECT_EQ(guest->closed, kCloseOver);
}

TEST_F(RoomGroupTest, AHostWhoStaysAwayIsReplacedByWhoHasBeenThereLongest) {
    plan_an_hour();
    auto host = world_.join(world_.core(0), 0);
    auto first = world_.join(world_.core(1), 1);
    auto second = world_.join(world_.core(0), 2);
    world_.send(world_.core(0), *host, StartMessage{});
    world_.settle();
    world_.disconnect(world_.core(0), *host);
    world_.pass_and_settle(125s);  // the first 10 s of these are the grace
    EXPECT_EQ(second->host, user(0));
    world_.pass_and_settle(15s);
    for (const auto& client : {first, second}) EXPECT_EQ(client->host, user(1));
    EXPECT_EQ(world_.group().host.id, user(1));
    EXPECT_EQ(std::ranges::count(second->received, EventType::group), 1);
    EXPECT_EQ(world_.join(world_.core(0), 3)->host, user(1)) << "the welcome shows it";

    auto back = world_.join(world_.core(0), 0);
    EXPECT_EQ(back->host, user(1)) << "the role does not come back";
    world_.send(world_.core(0), *back, EndMessage{});
    EXPECT_EQ(back->errors, std::vector<std::string>{"forbidden"});
    world_.send(world_.core(1), *first, EndMessage{});
    world_.settle();
    EXPECT_EQ(second->received.back(), EventType::end);
}

TEST_F(RoomGroupTest, AHostWhoComesBackInTimeStaysIt) {
    plan_an_hour();
    auto host = world_.join(world_.core(0), 0);
    auto guest = world_.join(world_.core(1), 1);
    world_.send(world_.core(0), *host, StartMessage{});
    for (int i = 0; i < 3; ++i) {
        world_.settle();
        world_.disconnect(world_.core(0), *host);
        world_.pass_and_settle(100s);
        host = world_.join(world_.core(0), 0);
        world_.pass_and_settle(10s);
    }
    EXPECT_EQ(guest->host, user(0));
    EXPECT_EQ(std::ranges::count(guest->received, EventType::group), 0);
}

TEST_F(RoomGroupTest, AGroupThatStartsAtATimeOfItsOwnKeepsItsHostUntilThen) {
    world_.group().scheduled_for = world_.now() + 1h;
    ++world_.group().version;
    auto guest = world_.join(world_.core(1), 1);
    world_.pass_and_settle(200s);
    EXPECT_EQ(guest->host, user(0));
    EXPECT_EQ(world_.group().host.id, user(0));
}

TEST_F(RoomGroupTest, AGroupKeepsItsHostUntilItRuns) {
    plan_an_hour();
    auto guest = world_.join(world_.core(1), 1);
    world_.pass_and_settle(200s);
    EXPECT_EQ(guest->host, user(0));
    auto host = world_.join(world_.core(0), 0);
    world_.send(world_.core(0), *host, StartMessage{});
    world_.settle();
    world_.send(world_.core(0), *host, LeaveMessage{});
    world_.pass_and_settle(100s);
    EXPECT_EQ(guest->host, user(0));
    world_.pass_and_settle(30s);
    EXPECT_EQ(guest->host, user(1));
}

TEST_F(RoomGroupTest, ReconnectingGivesNoNewReactions) {
    const ReactionMessage heart{.type = {}, .kind = ReactionKind::heart, .ref = {}};
    auto host = world_.join(world_.core(0), 0);
    std::size_t refused = 0;
    for (int i = 0; i < 10; ++i) {
        auto guest = world_.join(world_.core(1), 1);
        world_.send(world_.core(1), *guest, heart);
        world_.settle();
        refused += guest->errors.size();
        world_.send(world_.core(1), *guest, LeaveMessage{});
        world_.settle();
    }
    EXPECT_EQ(refused, 5U);
}

TEST_F(RoomGroupTest, ReactionsOfAUserAreCountedOverAllNodes) {
    const ReactionMessage heart{.type = {}, .kind = ReactionKind::heart, .ref = {}};
    auto host = world_.join(world_.core(0), 0);
    auto phone = world_.join(world_.core(0), 1);
    auto laptop = world_.join(world_.core(1), 1);
    for (int i = 0; i < 4; ++i) {
        world_.send(world_.core(0), *phone, heart);
        world_.send(world_.core(1), *laptop, heart);
        world_.settle();
    }
    EXPECT_EQ(phone->errors.size() + laptop->errors.size(), 3U);
    EXPECT_EQ(world_.core(0).room.refused_reactions() + world_.core(1).room.refused_reactions(), 3U);
    EXPECT_EQ(std::ranges::count(host->received, EventType::reaction), 5);
    world_.pass_and_settle(11s);
    world_.send(world_.core(1), *laptop, heart);
    world_.settle();
    EXPECT_EQ(std::ranges::count(host->received, EventType::reaction), 6);
}

TEST_F(RoomGroupTest, AReplacedHostIsToldOfThoughTheNodeDiesHalfWay) {
    plan_an_hour();
    auto host = world_.join(world_.core(0), 0);
    auto guest = world_.join(world_.core(1), 1);
    world_.send(world_.core(0), *host, StartMessage{});
    world_.settle();
    // PostgreSQL has the change, but no event announced it.
    world_.group().host = {.id = user(1), .display_name = "user"};
    ++world_.group().version;
    world_.pass_and_settle(35s);
    EXPECT_EQ(guest->host, user(1));
    EXPECT_EQ(std::ranges::count(host->received, EventType::group), 1) << "though every core noticed";
}

TEST_F(RoomGroupTest, AGroupCancelledBehindItsBackEndsAndClosesTheRoom) {
    auto host = world_.join(world_.core(0), 0);
    auto guest = world_.join(world_.core(1), 1);
    world_.group().state = GroupState::cancelled;
    world_.group().ended_at = world_.now();
    ++world_.group().version;
    world_.pass_and_settle(35s);
    for (const auto& client : {host, guest}) {
        EXPECT_EQ(client->received.back(), EventType::end);
        EXPECT_EQ(client->closed, kCloseOver) << "there is nothing to stay for";
    }
}

TEST_F(RoomGroupTest, AChangeThatOneArrivalBringsReachesAll) {
    auto host = world_.join(world_.core(0), 0);
    world_.group().title = "Morning";
    world_.group().max_participants = 2;
    ++world_.group().version;
    world_.join(world_.core(1), 1);
    world_.pass_and_settle(1s);
    EXPECT_EQ(host->received, (std::vector{EventType::join, EventType::group}));
    EXPECT_EQ(world_.join(world_.core(0), 2)->closed, kCloseFull);
}

}  // namespace
}  // namespace mindspace::meditation
