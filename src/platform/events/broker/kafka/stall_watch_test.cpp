#include "platform/events/broker/kafka/stall_watch.h"

#include <gmock/gmock.h>

#include <array>

namespace mindspace::events::kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Seconds kTimeout{60};
constexpr std::array<std::int32_t, 2> kBoth{0, 1};

class StallWatchTest : public testing::Test {
protected:
    // In small steps, like a subscriber that is polled.
    void pass(Seconds time) {
        for (Milliseconds passed{0}; passed < time; passed += Milliseconds(500))
            watch_.advance(now_ += Milliseconds(500));
    }
    [[nodiscard]] bool is_stalled() const { return watch_.find_stall().has_value(); }
    // As pass(), with brokers that respond that every idle partition ends at `end`.
    void advance_with_end_offsets(Seconds time, std::int64_t end) {
        for (Seconds passed{0}; passed < time; ++passed) {
            pass(Seconds(1));
            for (const auto partition : watch_.take_idle()) watch_.ends_at(partition, end);
        }
    }

    StallWatch::TimePoint now_{};
    StallWatch watch_{kTimeout, now_};
};

TEST_F(StallWatchTest, ReportsAConsumerOutsideItsGroup) {
    pass(Seconds(59));
    EXPECT_FALSE(is_stalled());
    pass(Seconds(1));
    EXPECT_THAT(watch_.find_stall().value_or(""), HasSubstr("not a member of its group for 60 s"));
}

TEST_F(StallWatchTest, AcceptsAMemberWithoutPartitions) {
    watch_.assigned({});
    pass(Seconds(600));
    EXPECT_FALSE(is_stalled()) << "there are more consumers than partitions";
    watch_.revoked();
    pass(Seconds(59));
    EXPECT_FALSE(is_stalled()) << "the time outside the group begins now";
    pass(Seconds(1));
    EXPECT_TRUE(is_stalled());
}

TEST_F(StallWatchTest, ReportsAPartitionThatIsNeverReadWhileOthersAre) {
    watch_.assigned(kBoth);
    for (std::int64_t next = 1; next < 60; ++next) {
        pass(Seconds(1));
        watch_.read(0, next);
    }
    EXPECT_FALSE(is_stalled());
    pass(Seconds(1));
    EXPECT_THAT(watch_.find_stall().value_or(""), HasSubstr("partition 1"));
}

TEST_F(StallWatchTest, AcceptsIdlePartitionsThatAreReadToTheirEnd) {
    watch_.assigned(kBoth);
    watch_.read(0, 7);
    watch_.read(1, 7);
    advance_with_end_offsets(Seconds(600), 7);
    EXPECT_FALSE(is_stalled());
}

TEST_F(StallWatchTest, ReportsAPartitionThatIsNotReadToItsEnd) {
    watch_.assigned(kBoth);
    watch_.read(0, 7);
    watch_.read(1, 7);
    advance_with_end_offsets(Seconds(100), 7);
    advance_with_end_offsets(Seconds(49), 8);
    EXPECT_FALSE(is_stalled()) << "the last check at its end was at most ten seconds ago";
    advance_with_end_offsets(Seconds(11), 8);
    EXPECT_TRUE(is_stalled());
}

TEST_F(StallWatchTest, ReportsAnIdlePartitionWhoseEndIsUnknown) {
    watch_.assigned(kBoth);
    watch_.read(0, 7);
    watch_.read(1, 7);
    pass(Seconds(60));
    EXPECT_TRUE(is_stalled());
}

TEST_F(StallWatchTest, AcceptsAnyMessageAsProgress) {
    watch_.assigned(kBoth);
    for (std::int64_t next = 1; next < 10; ++next) {
        pass(Seconds(59));
        watch_.read(0, next);
        watch_.read(1, next);
    }
    EXPECT_FALSE(is_stalled());
}

TEST_F(StallWatchTest, ReturnsIdlePartitionsSixTimesPerTimeout) {
    watch_.assigned(kBoth);
    watch_.read(0, 7);
    pass(Seconds(9));
    EXPECT_THAT(watch_.take_idle(), IsEmpty());
    pass(Seconds(1));
    EXPECT_THAT(watch_.take_idle(), ElementsAre(0)) << "the position in the other is unknown";
    EXPECT_THAT(watch_.take_idle(), IsEmpty());
    pass(Seconds(9));
    watch_.read(0, 8);
    pass(Seconds(1));
    EXPECT_THAT(watch_.take_idle(), IsEmpty()) << "a message was received";
    pass(Seconds(10));
    EXPECT_THAT(watch_.take_idle(), ElementsAre(0));
}

TEST_F(StallWatchTest, DoesNotCountTimeWithoutPolling) {
    watch_.advance(now_ += std::chrono::hours(1));
    EXPECT_FALSE(is_stalled());
    pass(Seconds(58));
    EXPECT_FALSE(is_stalled());
    pass(Seconds(1));
    EXPECT_TRUE(is_stalled()) << "one second of the hour counts";
}

TEST_F(StallWatchTest, ForgetsRevokedPartitions) {
    watch_.assigned(kBoth);
    pass(Seconds(59));
    watch_.revoked();
    watch_.read(0, 7);
    watch_.ends_at(1, 7);
    watch_.assigned(std::array<std::int32_t, 1>{2});
    pass(Seconds(59));
    EXPECT_FALSE(is_stalled());
    pass(Seconds(1));
    EXPECT_THAT(watch_.find_stall().value_or(""), HasSubstr("partition 2"));
}

}  // namespace
}  // namespace mindspace::events::kafka
