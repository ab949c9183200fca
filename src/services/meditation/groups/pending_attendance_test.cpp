#include "services/meditation/groups/pending_attendance.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

TEST(PendingAttendanceTest, IsBoundedByTheNumberOfMembers) {
    PendingAttendance pending;
    const UserId user{Uuid::from_name("user")};
    const Timestamp start{};
    for (int i = 0; i < 100'000; ++i) pending.add_interval({user, start, start + i * 15s});
    // Reconnects to the same node, before and after the grace.
    pending.add_interval({user, start + 1'499'990s, start + 1'500'000s});
    pending.add_interval({user, start + 1'500'100s, start + 1'500'100s});
    const auto record = pending.take();
    ASSERT_EQ(record.intervals.size(), 2U);
    EXPECT_TRUE(pending.is_empty());
    pending.restore(record);
    pending.restore(record);
    EXPECT_EQ(pending.take().intervals.size(), 2U) << "what is known twice is known once";
}

TEST(PendingAttendanceTest, KeepsTheLongestIntervals) {
    PendingAttendance pending;
    const UserId user{Uuid::from_name("user")};
    const Timestamp start{};
    pending.add_interval({user, start, start + 1s});
    std::size_t dropped = 0;
    for (std::size_t i = 1; i <= 2 * PendingAttendance::kMaxIntervals; ++i) {
        const auto since = start + i * 100s;
        if (!pending.add_interval({user, since, since + 50s})) ++dropped;
    }
    EXPECT_EQ(dropped, PendingAttendance::kMaxIntervals + 1);
    const auto record = pending.take();
    ASSERT_EQ(record.intervals.size(), PendingAttendance::kMaxIntervals);
    for (const auto& interval : record.intervals) EXPECT_EQ(interval.until - interval.since, 50s);
    EXPECT_EQ(pending.restore(record), 0U);
}

TEST(PendingAttendanceTest, DropsJoinEventsAboveTheLimit) {
    PendingAttendance pending;
    const UserId user{Uuid::from_name("user")};
    for (std::size_t i = 0; i < PendingAttendance::kMaxJoined; ++i)
        ASSERT_TRUE(pending.add_joined({user, Timestamp{}}));
    EXPECT_FALSE(pending.add_joined({user, Timestamp{}}));
}

}  // namespace
}  // namespace mindspace::meditation
