#include "platform/async/backoff.h"

#include <gtest/gtest.h>

namespace mindspace {
namespace {

using namespace std::chrono_literals;

void expect_between(Milliseconds pause, Milliseconds shortest, Milliseconds max_delay) {
    EXPECT_GE(pause, shortest);
    EXPECT_LE(pause, max_delay);
}

TEST(Backoff, DoublesItsPausesUpToTheLongest) {
    Backoff backoff(100ms, 350ms);
    expect_between(backoff.next(), 50ms, 100ms);
    expect_between(backoff.next(), 100ms, 200ms);
    expect_between(backoff.next(), 175ms, 350ms);
    expect_between(backoff.next(), 175ms, 350ms);
}

TEST(Backoff, StartsAgainFromTheShortestAfterAReset) {
    Backoff backoff;
    for (int i = 0; i < 10; ++i) expect_between(backoff.next(), Backoff::kFirst / 2, Backoff::kMaxDelay);
    backoff.reset();
    expect_between(backoff.next(), Backoff::kFirst / 2, Backoff::kFirst);
}

}  // namespace
}  // namespace mindspace
