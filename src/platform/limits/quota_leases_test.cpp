#include "platform/limits/quota_leases.h"

#include "platform/leases/membership.h"
#include "platform/limits/sliding_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace mindspace::limits {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using TimePoint = QuotaLeases::TimePoint;

const Policy kPolicy("test", 600, Seconds(60));
const UserId kUser = UserId::make(Timestamp{});
constexpr TimePoint kStart{std::chrono::hours(1)};

TEST(QuotaLeases, AdmitCallsOnlyAfterRedisHasReplied) {
    QuotaLeases leases(10);
    EXPECT_EQ(leases.take(kUser, kPolicy, 1, kStart), std::nullopt);
    leases.renew(kUser, kPolicy, kPolicy.interval, kStart);
    const auto decision = leases.take(kUser, kPolicy, 1, kStart);
    ASSERT_TRUE(decision);
    EXPECT_TRUE(decision->allowed);
    EXPECT_EQ(decision->remaining, 598U);
    EXPECT_EQ(leases.take(kUser, kPolicy, 1, kStart + QuotaLeases::kPortionTime), std::nullopt);
}

TEST(QuotaLeases, ReportEachCallOnce) {
    QuotaLeases leases(10);
    leases.renew(kUser, kPolicy, 0, kStart);
    ASSERT_TRUE(leases.take(kUser, kPolicy, 1, kStart));
    ASSERT_TRUE(leases.take(kUser, kPolicy, 1, kStart + milliseconds(3)));
    const auto calls = leases.settle(kUser, kPolicy, kStart + milliseconds(10));
    EXPECT_EQ(calls.count, 2U);
    EXPECT_EQ(calls.age, 10'000);
    EXPECT_EQ(leases.settle(kUser, kPolicy, kStart).count, 0U);
    EXPECT_EQ(leases.take(kUser, kPolicy, 1, kStart), std::nullopt) << "until Redis has replied";
}

TEST(QuotaLeases, ShrinkAsTheQuotaIsUsedUp) {
    const auto portion_at = [](double left, unsigned shares) {
        QuotaLeases leases(10);
        leases.renew(kUser, kPolicy, (600 - left) * kPolicy.interval, kStart);
        int calls = 0;
        while (leases.take(kUser, kPolicy, shares, kStart)) ++calls;
        return calls;
    };
    EXPECT_EQ(portion_at(600, 1), 17);
    EXPECT_EQ(portion_at(600, 4), 4);
    EXPECT_EQ(portion_at(100, 1), 2);
    EXPECT_EQ(portion_at(30, 1), 0);
}

TEST(QuotaLeases, CountOtherUsersInRedisWhenFull) {
    QuotaLeases leases(1);
    leases.renew(kUser, kPolicy, 0, kStart);
    ASSERT_TRUE(leases.take(kUser, kPolicy, 1, kStart));
    const auto other = UserId::make(Timestamp{});
    leases.renew(other, kPolicy, 0, kStart + seconds(2));
    EXPECT_EQ(leases.take(other, kPolicy, 1, kStart + seconds(2)), std::nullopt);
    const auto due = leases.settle_due(kStart + seconds(2), 10);
    ASSERT_EQ(due.size(), 1U) << "not forgotten";
    EXPECT_EQ(due[0].calls.count, 1U);
    leases.renew(other, kPolicy, 0, kStart + seconds(4));
    EXPECT_TRUE(leases.take(other, kPolicy, 1, kStart + seconds(4)));
}

// As take.lua.
struct RedisQuota {
    Gcra state;
    void count(const UncountedCalls& calls, double now) {
        if (calls.count == 0) return;
        state.arrival = std::max(state.arrival, now - calls.age) + calls.count * kPolicy.interval;
    }
};

// Cores whose replies are delayed, some of which end or join.
class QuotaSimulation {
public:
    explicit QuotaSimulation(unsigned seed) : random_(seed) {
        const auto cores = 1 + random_() % 8;
        for (std::uint64_t i = 0; i < cores; ++i) join();
    }

    // Whether a call at a random core is admitted.
    bool call(TimePoint now) {
        if (now >= next_report_) report(now);
        auto& core = cores_[random_() % cores_.size()];
        if (core.takes_part_at <= now && core.leases.take(kUser, kPolicy, shares(now), now)) {
            ++leased;
            return true;
        }
        redis_.count(core.leases.settle(kUser, kPolicy, now), microseconds(now));
        const bool is_allowed = redis_.state.admit(kPolicy, microseconds(now));
        core.leases.renew(kUser, kPolicy, std::max(0.0, redis_.state.arrival - microseconds(now)), now);
        return is_allowed;
    }

    // One core ends, with its unreported calls; another one begins, and waits as Membership says.
    void replace(TimePoint now) {
        ended_.push_back(now);
        cores_.erase(cores_.begin() + static_cast<std::ptrdiff_t>(random_() % cores_.size()));
        join();
        cores_.back().takes_part_at = now + leases::Membership::kMemory;
    }

    int leased = 0;

private:
    struct Core {
        QuotaLeases leases{10};
        TimePoint takes_part_at{};
    };
    void join() { cores_.emplace_back(); }
    void report(TimePoint now) {
        next_report_ = now + milliseconds(250);
        for (auto& core : cores_)
            for (const auto& due : core.leases.settle_due(now, 10)) redis_.count(due.calls, microseconds(now));
    }
    unsigned shares(TimePoint now) const {
        const auto remembered =
            std::ranges::count_if(ended_, [now](TimePoint end) { return now - end <= leases::Membership::kMemory; });
        return static_cast<unsigned>(cores_.size()) + static_cast<unsigned>(remembered);
    }

    std::mt19937_64 random_;
    RedisQuota redis_;
    std::vector<Core> cores_;
    std::vector<TimePoint> ended_;
    TimePoint next_report_{};
};

// Bursts, pauses, and steady use.
std::chrono::microseconds next_gap(std::mt19937_64& random, unsigned seed) {
    if (random() % 400 == 0) return std::chrono::microseconds(random() % 20'000'000);
    return std::chrono::microseconds(random() % (1 + 40'000 * (seed % 4)));
}

// The most that exact counting admits in any window is the quota at once, and what is restored in the meantime.
TEST(QuotaSimulation, AdmitsAtMostFivePercentMoreThanTheQuota) {
    int leased = 0;
    double most = 0;
    for (unsigned seed = 1; seed <= 100; ++seed) {
        QuotaSimulation simulation(seed);
        std::mt19937_64 random(seed);
        auto now = kStart;
        Gcra exact;  // may exceed the window
        for (int i = 0; i < 20'000; ++i) {
            now += next_gap(random, seed);
            if (random() % 2'000 == 0) simulation.replace(now);
            if (!simulation.call(now)) continue;
            exact.arrival = std::max(exact.arrival, microseconds(now)) + kPolicy.interval;
            most = std::max(most, (exact.arrival - microseconds(now)) / kPolicy.interval);
            ASSERT_LE(exact.arrival - microseconds(now), 1.05 * kPolicy.window_micros() + 1) << "seed " << seed;
        }
        leased += simulation.leased;
    }
    EXPECT_GT(leased, 100 * 1'000) << "portions are used";
    EXPECT_GT(most, 600);
}

TEST(QuotaSimulation, RefusesNoUserWhoStaysWithinTheQuotaInEveryWindow) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        QuotaSimulation simulation(seed);
        std::mt19937_64 random(seed);
        auto now = kStart;
        SlidingWindow client;
        for (int i = 0; i < 20'000; ++i) {
            now += next_gap(random, seed);
            if (!client.admit(kPolicy, microseconds(now))) continue;
            ASSERT_TRUE(simulation.call(now)) << "seed " << seed << ", call " << i;
        }
    }
}

}  // namespace
}  // namespace mindspace::limits
