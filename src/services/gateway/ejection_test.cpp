#include "services/gateway/ejection.h"

#include <gtest/gtest.h>

namespace mindspace::gateway {
namespace {

using namespace std::chrono_literals;
constexpr Ejection::TimePoint kStart{std::chrono::hours(1)};

void fail_times(Ejection& ejection, int times, Ejection::TimePoint at) {
    for (int i = 0; i < times; ++i) ejection.fail(at);
}

TEST(Ejection, NeedsFiveConsecutiveFailures) {
    Ejection ejection;
    fail_times(ejection, 4, kStart);
    ejection.succeed();
    fail_times(ejection, 4, kStart);
    EXPECT_FALSE(ejection.is_ejected(kStart));
    EXPECT_TRUE(ejection.fail(kStart));
    EXPECT_TRUE(ejection.is_ejected(kStart + 999ms));
    EXPECT_FALSE(ejection.is_ejected(kStart + 1s));
}

TEST(Ejection, LastsLongerEachTimeUpToHalfAMinute) {
    Ejection ejection;
    auto now = kStart;
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        fail_times(ejection, 5, now);
        EXPECT_TRUE(ejection.is_ejected(now + expected - 1ms));
        now += expected;
        EXPECT_FALSE(ejection.is_ejected(now));
    }
    ejection.succeed();
    fail_times(ejection, 5, now);
    EXPECT_FALSE(ejection.is_ejected(now + 1s));
}

}  // namespace
}  // namespace mindspace::gateway
