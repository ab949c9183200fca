#include "platform/limits/local_limiter.h"

#include <gtest/gtest.h>

namespace mindspace::limits {
namespace {

constexpr double kSecond = 1e6;

TEST(LocalLimiter, LimitsEachKeyForItself) {
    LocalLimiter<int> limiter(Policy("test", 2, Seconds(10)));
    for (int key : {1, 2}) {
        EXPECT_TRUE(limiter.admit(key, 0));
        EXPECT_TRUE(limiter.admit(key, 0));
        EXPECT_FALSE(limiter.admit(key, 4.9 * kSecond));
        EXPECT_TRUE(limiter.admit(key, 5 * kSecond));
    }
}

TEST(LocalLimiter, ForgetsKeysWithTheirWholeQuota) {
    LocalLimiter<int> limiter(Policy("test", 1, Seconds(10)));
    for (int key = 0; key < 10'000; ++key) limiter.admit(key, key * kSecond);
    EXPECT_LE(limiter.size(), 64U);
    EXPECT_FALSE(limiter.admit(9'999, 9'999 * kSecond)) << "this one is remembered";
}

}  // namespace
}  // namespace mindspace::limits
