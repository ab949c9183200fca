#include "platform/limits/local_limiter.h"

#include <gtest/gtest.h>

namespace mindspace::limits {
namespace {

constexpr double kOneSecond = 1e6;  // microseconds

TEST(LocalLimiter, LimitsEachKeySeparately) {
    LocalLimiter<int> limiter(Policy("test", 2, Seconds(10)));
    for (int key : {1, 2}) {
        EXPECT_TRUE(limiter.admit(key, 0));
        EXPECT_TRUE(limiter.admit(key, 0));
        EXPECT_FALSE(limiter.admit(key, 9.9 * kOneSecond));
        EXPECT_TRUE(limiter.admit(key, 10 * kOneSecond));
    }
}

TEST(LocalLimiter, RemovesKeysWithTheirFullQuota) {
    LocalLimiter<int> limiter(Policy("test", 1, Seconds(10)));
    for (int key = 0; key < 10'000; ++key) limiter.admit(key, key * kOneSecond);
    EXPECT_LE(limiter.size(), 64U);
    EXPECT_FALSE(limiter.admit(9'999, 9'999 * kOneSecond)) << "this one is remembered";
}

}  // namespace
}  // namespace mindspace::limits
