// Runs the rooms of several cores through twenty thousand simulated worlds with a virtual clock and events in random
// order: sockets open, break and leave, tasks fail, published events arrive late or never, nodes die, Redis loses its
// data. What every client sees must be right. MINDSPACE_ROOM_WORLDS=n runs n times as many.

#include "support/meditation/room_model.h"
#include "support/meditation/room_simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace mindspace::meditation {
namespace {

constexpr std::uint32_t kSeed = 20261123;

int times_as_many() {
    const char* times = std::getenv("MINDSPACE_ROOM_WORLDS");
    return times == nullptr ? 1 : std::atoi(times);
}

std::string to_text(const History& history) {
    std::string text;
    if (history.events)
        for (const auto& event : *history.events) text += "\n" + event.text;
    return text;
}

class RoomRandomTest : public testing::Test {
protected:
    struct Plan {
        int worlds;
        int steps;
        std::size_t users = 6;
        bool is_calm = false;  // tasks finish before time passes, and only nodes fail
        bool forgets = false;
        bool fails_over = false;
        bool is_counts_only = false;
    };

    void run(TestRoomOrder& order, const Plan& plan) {
        RoomSimulation world(order, SystemClock{}.now(), 1);
        world.deliver_while_entering(random_);
        if (plan.is_calm) world.expect_no_flicker();
        if (plan.is_counts_only) world.expect_counts_only();
        for (int i = 0; i < plan.worlds * times_as_many() && !HasFailure(); ++i) {
            world.open(1 + pick(3));
            for (int step = 0; step < plan.steps; ++step) {
                if (plan.forgets && step % 30 == 29) order.forget_everything();
                if (plan.fails_over && step % 30 == 24) order.cut_off_replica();
                if (plan.fails_over && step % 30 == 29) order.fail_over();
                do_something(world, plan);
                if (const auto* model = dynamic_cast<RoomModel*>(&order)) {
                    EXPECT_TRUE(model->is_consistent());
                }
            }
            world.expect_agreement();
            EXPECT_FALSE(HasFailure()) << "in world " << i << to_text(order.read_after(0));
        }
    }
    void do_something(RoomSimulation& world, const Plan& plan);

    bool chance(int percent) { return std::uniform_int_distribution<>(0, 99)(random_) < percent; }
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    std::mt19937 random_{kSeed};
};

void RoomRandomTest::do_something(RoomSimulation& world, const Plan& plan) {
    auto& core = world.core(pick(world.core_count()));
    auto random_client = [&]() -> std::shared_ptr<TestClient> {
        if (core.clients.empty()) return nullptr;
        return std::next(core.clients.begin(), static_cast<std::ptrdiff_t>(pick(core.clients.size())))->second;
    };
    auto say = [&](ClientMessage message) {
        if (auto client = random_client()) world.send(core, *client, std::move(message));
    };
    switch (pick(15)) {
        case 0:
        case 1: {
            auto client = world.connect(core, pick(plan.users));
            if (chance(90)) world.send(core, *client, Hello{});
            break;
        }
        case 2:
        case 3: {  // breaks, and reconnects to any node with its resume point
            auto client = random_client();
            if (!client) break;
            world.disconnect(core, *client);
            if (!client->is_welcome || !chance(70)) break;
            auto& other = world.core(pick(world.core_count()));
            auto number = std::size_t{0};
            while (RoomSimulation::user(number) != client->owner.user) ++number;
            auto again = world.connect(other, number);
            again->resume = ResumePoint{client->epoch, client->seq};
            world.send(other, *again, Hello{.resume = again->resume});
            break;
        }
        case 4:
            if (auto client = random_client(); client && chance(20))
                world.apply(core, LoginSessionRevoked{client->owner.connection});
            else
                say(LeaveMessage{});
            break;
        case 5:
            say(ReactionMessage{.kind = static_cast<ReactionKind>(pick(3)), .ref = {}});
            break;
        case 6:
            say(StartMessage{});
            break;
        case 7:
            if (chance(10)) say(EndMessage{});
            break;
        case 8:
            if (!plan.is_calm && !core.tasks.empty() && chance(20)) world.fail_task(core);
            break;
        case 9:
            if (!plan.is_calm && !core.published.empty() && chance(20)) world.interrupt(core);
            break;
        case 10:
            if (plan.is_calm) world.settle();
            world.pass(Milliseconds(pick(4000)));
            break;
        case 11:
            if (world.core_count() > 1 && chance(5)) world.crash(pick(world.core_count()));
            break;
        case 12:
            if (chance(10) && !is_over(world.group().state)) {  // over REST, and without notifying the room
                world.group().title += '.';
                ++world.group().version;
            }
            break;
        default:
            if (!core.tasks.empty()) world.do_task(core);
            while (!core.published.empty() && chance(50)) world.deliver_one(core);
    }
}

TEST_F(RoomRandomTest, ClientsSeeOneRightOrderWhateverHappens) {
    RoomModel model;
    run(model, {.worlds = 10'000, .steps = 60});
}

TEST_F(RoomRandomTest, NobodyFlickersWhileTheirConnectionLivesOrComesBack) {
    RoomModel model;
    run(model, {.worlds = 4'000, .steps = 80, .is_calm = true});
}

TEST_F(RoomRandomTest, LargeRoomsAddUp) {
    RoomModel large(3);
    run(large, {.worlds = 2'000, .steps = 80, .users = 9});
    RoomModel counts_only(2, 4);
    run(counts_only, {.worlds = 2'000, .steps = 80, .users = 9, .is_counts_only = true});
}

TEST_F(RoomRandomTest, TheOrderGoesOnAfterRedisForgotEverything) {
    RoomModel model(4);
    run(model, {.worlds = 2'000, .steps = 90, .forgets = true});
}

TEST_F(RoomRandomTest, TheScriptsOfRedisDoTheSame) {
    auto order = make_redis_room_order();
    run(*order, {.worlds = 50, .steps = 60});
    run(*order, {.worlds = 50, .steps = 90, .forgets = true});
    run(*order, {.worlds = 50, .steps = 90, .fails_over = true});
}

}  // namespace
}  // namespace mindspace::meditation
