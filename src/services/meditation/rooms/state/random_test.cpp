// Runs the rooms of several cores through twenty thousand simulations with a virtual clock and events in
// random order: sockets open, break and leave, tasks fail, published events arrive late or never, nodes die, Redis
// loses its data. What every client sees must be right. MINDSPACE_ROOM_SIMULATIONS=n runs n times as many.

#include "support/meditation/room_model.h"
#include "support/meditation/room_simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace mindspace::meditation {
namespace {

constexpr std::uint32_t kSeed = 20261123;

int times_as_many() {
    const char* times = std::getenv("MINDSPACE_ROOM_SIMULATIONS");
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
        int simulations;
        int steps;
        std::size_t users = 6;
        bool only_nodes_fail = false;  // tasks finish before time passes, and only nodes fail
        bool loses_data = false;
        bool fails_over = false;
        bool is_counts_only = false;
    };

    void run(TestRoomOrder& order, const Plan& plan) {
        RoomSimulation simulation(order, SystemClock{}.now(), 1);
        simulation.deliver_while_entering(random_);
        if (plan.only_nodes_fail) simulation.expect_no_flicker();
        if (plan.is_counts_only) simulation.expect_counts_only();
        for (int i = 0; i < plan.simulations * times_as_many() && !HasFailure(); ++i) {
            simulation.open(1 + pick(3));
            for (int step = 0; step < plan.steps; ++step) {
                if (plan.loses_data && step % 30 == 29) order.lose_data();
                if (plan.fails_over && step % 30 == 24) order.cut_off_replica();
                if (plan.fails_over && step % 30 == 29) order.fail_over();
                perform_random_step(simulation, plan);
                if (const auto* model = dynamic_cast<RoomModel*>(&order)) {
                    EXPECT_TRUE(model->is_consistent());
                }
            }
            simulation.expect_agreement();
            EXPECT_FALSE(HasFailure()) << "in simulation " << i << to_text(order.read_after(0));
        }
    }
    void perform_random_step(RoomSimulation& simulation, const Plan& plan);

    bool chance(int percent) { return std::uniform_int_distribution<>(0, 99)(random_) < percent; }
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    std::mt19937 random_{kSeed};
};

void RoomRandomTest::perform_random_step(RoomSimulation& simulation, const Plan& plan) {
    auto& core = simulation.core(pick(simulation.core_count()));
    auto random_client = [&]() -> std::shared_ptr<TestClient> {
        if (core.clients.empty()) return nullptr;
        return std::next(core.clients.begin(), static_cast<std::ptrdiff_t>(pick(core.clients.size())))->second;
    };
    auto send = [&](ClientMessage message) {
        if (auto client = random_client()) simulation.send(core, *client, std::move(message));
    };
    switch (pick(15)) {
        case 0:
        case 1: {
            auto client = simulation.connect(core, pick(plan.users));
            if (chance(90)) simulation.send(core, *client, Hello{});
            break;
        }
        case 2:
        case 3: {  // breaks, and reconnects to any node with its resume point
            auto client = random_client();
            if (!client) break;
            simulation.disconnect(core, *client);
            if (!client->is_welcomed || !chance(70)) break;
            auto& other = simulation.core(pick(simulation.core_count()));
            auto number = std::size_t{0};
            while (RoomSimulation::user(number) != client->owner.user) ++number;
            auto again = simulation.connect(other, number);
            again->resume = ResumePoint{client->epoch, client->seq};
            simulation.send(other, *again, Hello{.resume = again->resume});
            break;
        }
        case 4:
            if (auto client = random_client(); client && chance(20))
                simulation.apply(core, LoginSessionRevoked{client->owner.connection});
            else
                send(LeaveMessage{});
            break;
        case 5:
            send(ReactionMessage{.kind = static_cast<ReactionKind>(pick(3)), .ref = {}});
            break;
        case 6:
            send(StartMessage{});
            break;
        case 7:
            if (chance(10)) send(EndMessage{});
            break;
        case 8:
            if (!plan.only_nodes_fail && !core.tasks.empty() && chance(20)) simulation.fail_task(core);
            break;
        case 9:
            if (!plan.only_nodes_fail && !core.published.empty() && chance(20)) simulation.interrupt(core);
            break;
        case 10:
            if (plan.only_nodes_fail) simulation.settle();
            simulation.pass(Milliseconds(pick(4000)));
            break;
        case 11:
            if (simulation.core_count() > 1 && chance(5)) simulation.crash(pick(simulation.core_count()));
            break;
        case 12:
            if (chance(10) && !is_over(simulation.group().state)) {  // over REST, and without notifying the room
                simulation.group().title += '.';
                ++simulation.group().version;
            }
            break;
        default:
            if (!core.tasks.empty()) simulation.perform_task(core);
            while (!core.published.empty() && chance(50)) simulation.deliver_one(core);
    }
}

TEST_F(RoomRandomTest, ClientsSeeOneCorrectOrderDespiteFaults) {
    RoomModel model;
    run(model, {.simulations = 10'000, .steps = 60});
}

TEST_F(RoomRandomTest, NoParticipantLeavesWhileConnectedOrReconnecting) {
    RoomModel model;
    run(model, {.simulations = 4'000, .steps = 80, .only_nodes_fail = true});
}

TEST_F(RoomRandomTest, CountsOfLargeRoomsAreCorrect) {
    RoomModel large(3);
    run(large, {.simulations = 2'000, .steps = 80, .users = 9});
    RoomModel counts_only(2, 4);
    run(counts_only, {.simulations = 2'000, .steps = 80, .users = 9, .is_counts_only = true});
}

TEST_F(RoomRandomTest, TheOrderContinuesAfterRedisLosesItsData) {
    RoomModel model(4);
    run(model, {.simulations = 2'000, .steps = 90, .loses_data = true});
}

TEST_F(RoomRandomTest, TheScriptsInRedisPassToo) {
    auto order = make_redis_room_order();
    run(*order, {.simulations = 50, .steps = 60});
    run(*order, {.simulations = 50, .steps = 90, .loses_data = true});
    run(*order, {.simulations = 50, .steps = 90, .fails_over = true});
}

}  // namespace
}  // namespace mindspace::meditation
