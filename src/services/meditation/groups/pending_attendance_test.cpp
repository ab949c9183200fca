#include "services/meditation/groups/pending_attendance.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

TEST(PendingAttendanceTest, IsBoundedByThePeopleHoweverLongItWaits) {
    PendingAttendance pending;
    const UserId user{Uuid::from_name("user")};
    const Timestamp start{};
    for (int i = 0; i < 100'000; ++i) pending.add_stretch({user, start, start + i * 15s});
    // Reconnects to the same node, before and after the grace.
    pending.add_stretch({user, start + 1'499'990s, start + 1'500'000s});
    pending.add_stretch({user, start + 1'500'100s, start + 1'500'100s});
    const auto record = pending.take();
    ASSERT_EQ(record.stretches.size(), 2U);
    EXPECT_TRUE(pending.is_empty());
    pending.put_back(record);
    pending.put_back(record);
    EXPECT_EQ(pending.take().stretches.size(), 2U) << "what is known twice is known once";
}

TEST(PendingAttendanceTest, KeepsTheLongestOfTooManyStretches) {
    PendingAttendance pending;
    const UserId user{Uuid::from_name("user")};
    const Timestamp start{};
    pending.add_stretch({user, start, start + 1s});
    std::size_t dropped = 0;
    for (std::size_t i = 1; i <= 2 * PendingAttendance::kMaxStretches; ++i) {
        const auto since = start + i * 100s;
        if (!pending.add_stretch({user, since, since + 50s})) ++dropped;
    }
    EXPECT_EQ(dropped, PendingAttendance::kMaxStretches + 1);
    const auto record = pending.take();
    ASSERT_EQ(record.stretches.size(), PendingAttendance::kMaxStretches);
    for (const auto& stretch : record.stretches) EXPECT_EQ(stretch.until - stretch.since, 50s);
    EXPECT_EQ(pending.put_back(record), 0U);
}

TEST(PendingAttendanceTest, DropsEventsAndNoAttendanceWhenTooManyWait) {
    PendingAttendance pending;
    const UserId user{Uuid::from_name("user")};
    for (std::size_t i = 0; i < PendingAttendance::kMaxJoined; ++i)
        ASSERT_TRUE(pending.add_joined({user, Timestamp{}}));
    EXPECT_FALSE(pending.add_joined({user, Timestamp{}}));
}

}  // namespace
}  // namespace mindspace::meditation
