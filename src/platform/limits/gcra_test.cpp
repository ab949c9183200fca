#include "platform/limits/gcra.h"

#include <gtest/gtest.h>

namespace mindspace::limits {
namespace {

const Policy kTenASecond("test", 10, Seconds(1));
constexpr double kSecond = 1e6;

TEST(Gcra, AllowsTheFullQuotaAtOnceAndNoMore) {
    Gcra state;
    for (std::uint64_t left = 9;; --left) {
        auto decision = state.consume(kTenASecond, kSecond);
        EXPECT_TRUE(decision.allowed);
        EXPECT_EQ(decision.remaining, left);
        if (left == 0) break;
    }
    auto decision = state.consume(kTenASecond, kSecond);
    EXPECT_FALSE(decision.allowed);
    EXPECT_EQ(decision.remaining, 0U);
    EXPECT_EQ(decision.reset, Seconds(1));
    EXPECT_EQ(decision.retry_after, Seconds(1));
}

TEST(Gcra, RestoresOneCallAtATime) {
    Gcra state;
    for (int i = 0; i < 10; ++i) state.consume(kTenASecond, 0);
    EXPECT_FALSE(state.consume(kTenASecond, 0.09 * kSecond).allowed);
    EXPECT_TRUE(state.consume(kTenASecond, 0.1 * kSecond).allowed);
    EXPECT_FALSE(state.consume(kTenASecond, 0.11 * kSecond).allowed);
}

TEST(Gcra, NeverAllowsMoreThanTwoQuotasInAnyWindow) {
    Gcra state;
    int allowed = 0;
    for (double now = 0; now < kSecond; now += 1000) allowed += state.consume(kTenASecond, now).allowed ? 1 : 0;
    EXPECT_LE(allowed, 20);
    EXPECT_GE(allowed, 19);
}

TEST(Gcra, DoesNotCountARefusedCall) {
    Gcra state;
    for (int i = 0; i < 100; ++i) state.consume(kTenASecond, 0);
    EXPECT_TRUE(state.consume(kTenASecond, 0.1 * kSecond).allowed);
}

TEST(Gcra, CountsSeveralCallsAllOrNone) {
    Gcra state;
    EXPECT_FALSE(state.admit(kTenASecond, 0, 11));
    EXPECT_TRUE(state.admit(kTenASecond, 0, 10));
    EXPECT_FALSE(state.admit(kTenASecond, 0.19 * kSecond, 2));
    EXPECT_TRUE(state.admit(kTenASecond, 0.2 * kSecond, 2));
}

}  // namespace
}  // namespace mindspace::limits
