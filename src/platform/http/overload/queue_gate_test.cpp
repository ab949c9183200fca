#include "platform/http/overload/queue_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace mindspace::http {
namespace {

using namespace std::chrono_literals;
using TimePoint = QueueGate::TimePoint;
using Duration = QueueGate::Duration;

constexpr TimePoint kStart{1h};
constexpr Duration kTarget = 50ms;

TEST(QueueGate, AdmitsABurst) {
    QueueGate gate(kTarget);
    EXPECT_TRUE(gate.admits(Priority::usual, 80ms, kStart));
    EXPECT_TRUE(gate.admits(Priority::last, 500ms, kStart + QueueGate::kInterval - 1ms));
    gate.observe(10ms, kStart + QueueGate::kInterval - 1ms);
    EXPECT_TRUE(gate.admits(Priority::usual, 80ms, kStart + QueueGate::kInterval)) << "it had ended in between";
    EXPECT_FALSE(gate.is_overloaded());
}

TEST(QueueGate, RefusesLateRequestsAfterAnIntervalAboveTheTarget) {
    QueueGate gate(kTarget);
    gate.observe(80ms, kStart);
    const auto now = kStart + QueueGate::kInterval;
    EXPECT_FALSE(gate.admits(Priority::usual, 51ms, now));
    EXPECT_TRUE(gate.is_overloaded());
    EXPECT_TRUE(gate.admits(Priority::usual, 50ms, now)) << "in time";
    EXPECT_FALSE(gate.admits(Priority::last, 26ms, now));
    EXPECT_TRUE(gate.admits(Priority::last, 25ms, now));
    EXPECT_TRUE(gate.admits(Priority::first, 10s, now));
}

TEST(QueueGate, RecoversAfterASecondWithinTheTarget) {
    QueueGate gate(kTarget);
    gate.observe(80ms, kStart);
    const auto late = kStart + QueueGate::kInterval;
    gate.observe(80ms, late);
    gate.observe(0ms, late + QueueGate::kRecoveryTime - 1ms);
    EXPECT_TRUE(gate.is_overloaded());
    gate.observe(0ms, late + QueueGate::kRecoveryTime);
    EXPECT_FALSE(gate.is_overloaded());
    EXPECT_TRUE(gate.admits(Priority::last, 80ms, late + QueueGate::kRecoveryTime));
}

struct Seen {
    std::size_t arrived = 0;
    std::size_t served = 0;
    std::vector<Duration> waits;  // of those served

    [[nodiscard]] Duration p99() {
        std::ranges::sort(waits);
        return waits.empty() ? Duration::zero() : waits[waits.size() * 99 / 100];
    }
};

// A server with a queue in front, to which requests come at random (M/D/1). The gate is asked when one comes, as before
// the database, where the wait is foreseen; or when its turn has come, as in a loop, where it has waited already and a
// refusal costs a part of the service.
class Simulation {
public:
    enum class Measured { before_the_queue, behind_the_queue };
    explicit Simulation(Measured measured) : measured_(measured) {}

    static constexpr Duration kService = 100us;
    static constexpr Duration kRefusal = kService / 20;

    // At `load` times what can be served.
    std::array<Seen, 3> run(double load, Duration length) {
        std::array<Seen, 3> seen;
        const auto end = now_ + length;
        std::exponential_distribution<double> pause(load / std::chrono::duration<double>(kService).count());
        std::discrete_distribution<int> priority({1, 8, 1});
        while (true) {
            now_ += std::chrono::duration_cast<Duration>(std::chrono::duration<double>(pause(random_)));
            if (now_ >= end) break;
            const auto of = static_cast<std::size_t>(priority(random_));
            ++seen[of].arrived;
            if (measured_ == Measured::before_the_queue)
                arrive_before_queue(static_cast<Priority>(of), seen[of]);
            else
                arrive_behind_queue(static_cast<Priority>(of), seen[of]);
        }
        return seen;
    }
    [[nodiscard]] bool is_overloaded() const { return gate_.is_overloaded(); }

private:
    void arrive_before_queue(Priority priority, Seen& seen) {
        const auto wait = std::max(free_at_ - now_, Duration::zero());
        if (!gate_.admits(priority, wait, now_)) return;
        serve(wait, seen);
    }
    void arrive_behind_queue(Priority priority, Seen& seen) {
        const auto wait = std::max(free_at_ - now_, Duration::zero());
        if (gate_.admits(priority, wait, now_ + wait))
            serve(wait, seen);
        else
            free_at_ = std::max(free_at_, now_) + kRefusal;
    }
    void serve(Duration wait, Seen& seen) {
        ++seen.served;
        seen.waits.push_back(wait);
        free_at_ = std::max(free_at_, now_) + kService;
    }

    Measured measured_;
    QueueGate gate_{kTarget};
    std::mt19937_64 random_{20261129};
    TimePoint now_ = kStart;
    TimePoint free_at_ = kStart;  // when all that has come will be served
};

class QueueGateUnderLoad : public testing::TestWithParam<Simulation::Measured> {};

TEST_P(QueueGateUnderLoad, RefusesNothingBelowTheCapacity) {
    Simulation simulation(GetParam());
    for (auto& seen : simulation.run(0.9, 10s)) EXPECT_EQ(seen.served, seen.arrived);
}

TEST_P(QueueGateUnderLoad, ServesWhatItCanInTimeAtThreeTimesTheCapacity) {
    Simulation simulation(GetParam());
    constexpr auto kLength = 10s;
    auto [first, usual, last] = simulation.run(3, kLength);
    EXPECT_EQ(first.served, first.arrived) << "what comes before all else";
    const auto capacity = static_cast<double>(kLength / Simulation::kService);
    EXPECT_GE(static_cast<double>(first.served + usual.served + last.served), 0.85 * capacity);
    for (auto* seen : {&first, &usual, &last}) EXPECT_LE(seen->p99(), 1s);
    EXPECT_LE(usual.p99(), 5 * kTarget);
    const auto share = [](const Seen& seen) {
        return static_cast<double>(seen.served) / static_cast<double>(seen.arrived);
    };
    EXPECT_LT(share(last), share(usual) / 4);
}

TEST_P(QueueGateUnderLoad, IsBackToNormalWithinFiveSeconds) {
    Simulation simulation(GetParam());
    simulation.run(3, 10s);
    EXPECT_TRUE(simulation.is_overloaded());
    simulation.run(0.5, 5s);
    EXPECT_FALSE(simulation.is_overloaded());
    for (auto& seen : simulation.run(0.5, 5s)) {
        EXPECT_EQ(seen.served, seen.arrived);
        EXPECT_LE(seen.p99(), 10ms);
    }
}

INSTANTIATE_TEST_SUITE_P(Measured, QueueGateUnderLoad,
                         testing::Values(Simulation::Measured::before_the_queue,
                                         Simulation::Measured::behind_the_queue));

}  // namespace
}  // namespace mindspace::http
