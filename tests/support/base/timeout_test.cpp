#include "support/base/timeout.h"

#include <gtest/gtest.h>

namespace mindspace {
namespace {

using namespace std::chrono_literals;

TEST(ScaledTimeout, ExpiresNoSoonerThanItsLimit) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_FALSE(eventually([] { return false; }, 20ms));
    EXPECT_GE(std::chrono::steady_clock::now() - began, scaled(20ms) / 2);
    EXPECT_TRUE(eventually([] { return true; }, 0ms));
}

TEST(ScaledTimeout, GrowsWithTheBuildAndNeverShrinks) {
    EXPECT_GE(slowdown(), 1);
    EXPECT_GE(scaled(100ms), 100ms);
}

// A death test runs it in a separate process.
TEST(ScaledTimeout, AbortedTestEndsTheProgramWithAFailure) {
    EXPECT_EXIT(abort_test("nothing came"), testing::ExitedWithCode(EXIT_FAILURE), "");
}

}  // namespace
}  // namespace mindspace
