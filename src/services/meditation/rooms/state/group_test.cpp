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
        simulation_.group().planned_seconds = 3600;
        ++simulation_.group().version;
    }

    RoomModel order_;
    RoomSimulation simulation_{order_, SystemClock{}.now(), 2};
};

TEST_F(RoomGroupTest, TheHostStartsAndTheGroupEndsAutomaticallyOnce) {
    auto host = simulation_.join(simulation_.core(0), 0);
    auto guest = simulation_.join(simulation_.core(1), 1);
    simulation_.send(simulation_.core(1), *guest, StartMessage{});
    simulation_.send(simulation_.core(1), *guest, EndMessage{});
    EXPECT_EQ(guest->errors, (std::vector<std::string>{"forbidden", "forbidden"}));
    simulation_.send(simulation_.core(0), *host, EndMessage{});
    StartMessage start{.countdown_seconds = 5};
    simulation_.send(simulation_.core(0), *host, start);
    simulation_.send(simulation_.core(0), *host, start);
    simulation_.settle();
    EXPECT_EQ(host->errors, (std::vector<std::string>{"not_running", "already_started"}));
    EXPECT_EQ(guest->received, std::vector{EventType::start});
    simulation_.pass_and_settle(64s);
    EXPECT_EQ(guest->received, std::vector{EventType::start});
    simulation_.pass_and_settle(3s);
    EXPECT_EQ(guest->received, (std::vector{EventType::start, EventType::end}));
    EXPECT_EQ(simulation_.ends(), 1);
    auto late = simulation_.join(simulation_.core(0), 2);
    EXPECT_EQ(late->closed, kCloseOver);
    simulation_.pass_and_settle(61s);
    EXPECT_EQ(guest->closed, kCloseOver);
}

TEST_F(RoomGroupTest, AnAbsentHostIsReplacedByTheLongestPresentParticipant) {
    plan_an_hour();
    auto host = simulation_.join(simulation_.core(0), 0);
    auto first = simulation_.join(simulation_.core(1), 1);
    auto second = simulation_.join(simulation_.core(0), 2);
    simulation_.send(simulation_.core(0), *host, StartMessage{});
    simulation_.settle();
    simulation_.disconnect(simulation_.core(0), *host);
    simulation_.pass_and_settle(125s);  // the first 10 s of these are the grace
    EXPECT_EQ(second->host, user(0));
    simulation_.pass_and_settle(15s);
    for (const auto& client : {first, second}) EXPECT_EQ(client->host, user(1));
    EXPECT_EQ(simulation_.group().host.id, user(1));
    EXPECT_EQ(std::ranges::count(second->received, EventType::group), 1);
    EXPECT_EQ(simulation_.join(simulation_.core(0), 3)->host, user(1)) << "the welcome shows it";

    auto back = simulation_.join(simulation_.core(0), 0);
    EXPECT_EQ(back->host, user(1)) << "the role does not come back";
    simulation_.send(simulation_.core(0), *back, EndMessage{});
    EXPECT_EQ(back->errors, std::vector<std::string>{"forbidden"});
    simulation_.send(simulation_.core(1), *first, EndMessage{});
    simulation_.settle();
    EXPECT_EQ(second->received.back(), EventType::end);
}

TEST_F(RoomGroupTest, AHostWhoReturnsInTimeRemainsHost) {
    plan_an_hour();
    auto host = simulation_.join(simulation_.core(0), 0);
    auto guest = simulation_.join(simulation_.core(1), 1);
    simulation_.send(simulation_.core(0), *host, StartMessage{});
    for (int i = 0; i < 3; ++i) {
        simulation_.settle();
        simulation_.disconnect(simulation_.core(0), *host);
        simulation_.pass_and_settle(100s);
        host = simulation_.join(simulation_.core(0), 0);
        simulation_.pass_and_settle(10s);
    }
    EXPECT_EQ(guest->host, user(0));
    EXPECT_EQ(std::ranges::count(guest->received, EventType::group), 0);
}

TEST_F(RoomGroupTest, AScheduledGroupKeepsItsHostUntilItStarts) {
    simulation_.group().scheduled_for = simulation_.now() + 1h;
    ++simulation_.group().version;
    auto guest = simulation_.join(simulation_.core(1), 1);
    simulation_.pass_and_settle(200s);
    EXPECT_EQ(guest->host, user(0));
    EXPECT_EQ(simulation_.group().host.id, user(0));
}

TEST_F(RoomGroupTest, AGroupKeepsItsHostUntilItRuns) {
    plan_an_hour();
    auto guest = simulation_.join(simulation_.core(1), 1);
    simulation_.pass_and_settle(200s);
    EXPECT_EQ(guest->host, user(0));
    auto host = simulation_.join(simulation_.core(0), 0);
    simulation_.send(simulation_.core(0), *host, StartMessage{});
    simulation_.settle();
    simulation_.send(simulation_.core(0), *host, LeaveMessage{});
    simulation_.pass_and_settle(100s);
    EXPECT_EQ(guest->host, user(0));
    simulation_.pass_and_settle(30s);
    EXPECT_EQ(guest->host, user(1));
}

TEST_F(RoomGroupTest, ReconnectingGivesNoNewReactions) {
    const ReactionMessage heart{.type = {}, .kind = ReactionKind::heart, .ref = {}};
    auto host = simulation_.join(simulation_.core(0), 0);
    std::size_t refused = 0;
    for (int i = 0; i < 10; ++i) {
        auto guest = simulation_.join(simulation_.core(1), 1);
        simulation_.send(simulation_.core(1), *guest, heart);
        simulation_.settle();
        refused += guest->errors.size();
        simulation_.send(simulation_.core(1), *guest, LeaveMessage{});
        simulation_.settle();
    }
    EXPECT_EQ(refused, 5U);
}

TEST_F(RoomGroupTest, ReactionsOfAUserAreLimitedAcrossNodes) {
    const ReactionMessage heart{.type = {}, .kind = ReactionKind::heart, .ref = {}};
    auto host = simulation_.join(simulation_.core(0), 0);
    auto phone = simulation_.join(simulation_.core(0), 1);
    auto laptop = simulation_.join(simulation_.core(1), 1);
    for (int i = 0; i < 4; ++i) {
        simulation_.send(simulation_.core(0), *phone, heart);
        simulation_.send(simulation_.core(1), *laptop, heart);
        simulation_.settle();
    }
    EXPECT_EQ(phone->errors.size() + laptop->errors.size(), 3U);
    EXPECT_EQ(simulation_.core(0).room.refused_reactions() + simulation_.core(1).room.refused_reactions(), 3U);
    EXPECT_EQ(std::ranges::count(host->received, EventType::reaction), 5);
    simulation_.pass_and_settle(11s);
    simulation_.send(simulation_.core(1), *laptop, heart);
    simulation_.settle();
    EXPECT_EQ(std::ranges::count(host->received, EventType::reaction), 6);
}

TEST_F(RoomGroupTest, AHostChangeIsAnnouncedDespiteACrashOfTheNode) {
    plan_an_hour();
    auto host = simulation_.join(simulation_.core(0), 0);
    auto guest = simulation_.join(simulation_.core(1), 1);
    simulation_.send(simulation_.core(0), *host, StartMessage{});
    simulation_.settle();
    // PostgreSQL has the change, but no event announced it.
    simulation_.group().host = {.id = user(1), .display_name = "user"};
    ++simulation_.group().version;
    simulation_.pass_and_settle(35s);
    EXPECT_EQ(guest->host, user(1));
    EXPECT_EQ(std::ranges::count(host->received, EventType::group), 1) << "though every core noticed";
}

TEST_F(RoomGroupTest, AGroupCancelledOverRestClosesTheRoom) {
    auto host = simulation_.join(simulation_.core(0), 0);
    auto guest = simulation_.join(simulation_.core(1), 1);
    simulation_.group().state = GroupState::cancelled;
    simulation_.group().ended_at = simulation_.now();
    ++simulation_.group().version;
    simulation_.pass_and_settle(35s);
    for (const auto& client : {host, guest}) {
        EXPECT_EQ(client->received.back(), EventType::end);
        EXPECT_EQ(client->closed, kCloseOver) << "there is nothing to stay for";
    }
}

TEST_F(RoomGroupTest, AChangeSeenByOneNewSocketReachesAllClients) {
    auto host = simulation_.join(simulation_.core(0), 0);
    simulation_.group().title = "Morning";
    simulation_.group().max_participants = 2;
    ++simulation_.group().version;
    simulation_.join(simulation_.core(1), 1);
    simulation_.pass_and_settle(1s);
    EXPECT_EQ(host->received, (std::vector{EventType::join, EventType::group}));
    EXPECT_EQ(simulation_.join(simulation_.core(0), 2)->closed, kCloseFull);
}

}  // namespace
}  // namespace mindspace::meditation
