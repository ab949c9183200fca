#include "platform/limits/sliding_window.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace mindspace::limits {
namespace {

const Policy kFiveInTenSeconds("test", 5, Seconds(10));
constexpr double kMicrosPerSecond = 1e6;

TEST(SlidingWindow, AllowsTheFullQuotaAtOnceAndTheNextAfterTheWindow) {
    SlidingWindow window;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(window.admit(kFiveInTenSeconds, 0));
    EXPECT_FALSE(window.admit(kFiveInTenSeconds, 0));
    EXPECT_FALSE(window.admit(kFiveInTenSeconds, 9.999 * kMicrosPerSecond));
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(window.admit(kFiveInTenSeconds, 10 * kMicrosPerSecond));
    EXPECT_FALSE(window.admit(kFiveInTenSeconds, 10 * kMicrosPerSecond));
}

// As many as possible are admitted, but never more than five in any ten seconds.
TEST(SlidingWindow, RefusesExactlyTheCallsAboveTheQuotaOfAnyWindow) {
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): repeatable
    SlidingWindow window;
    std::vector<double> admitted;
    double now = 0;
    for (int i = 0; i < 10'000; ++i) {
        now += static_cast<double>(random() % 3'000'000);
        const auto size = admitted.size();
        const bool expected = size < 5 || now - admitted[size - 5] >= 10 * kMicrosPerSecond;
        ASSERT_EQ(window.admit(kFiveInTenSeconds, now), expected) << "call " << i << " at " << now;
        if (expected) admitted.push_back(now);
    }
    EXPECT_LT(admitted.size(), 10'000U) << "some calls were above the quota";
}

TEST(SlidingWindow, AdmitsOneCallPerWindowUnderAQuotaBelowOne) {
    const Policy policy("test", 0.1, Seconds(10));
    SlidingWindow window;
    EXPECT_TRUE(window.admit(policy, 0));
    EXPECT_FALSE(window.admit(policy, 9 * kMicrosPerSecond));
    EXPECT_TRUE(window.admit(policy, 10 * kMicrosPerSecond));
}

TEST(SlidingWindow, IsUnusedOnceAllCallsHaveLeftTheWindow) {
    SlidingWindow window;
    EXPECT_TRUE(window.is_unused(0));
    window.admit(kFiveInTenSeconds, 0);
    window.admit(kFiveInTenSeconds, kMicrosPerSecond);
    EXPECT_FALSE(window.is_unused(10 * kMicrosPerSecond));
    EXPECT_TRUE(window.is_unused(11 * kMicrosPerSecond));
}

}  // namespace
}  // namespace mindspace::limits
