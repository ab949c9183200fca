// What a member is credited with, compared with an oracle that simulates the group session second by second. Nodes
// report the intervals of presence that they know in any order, late, twice, or never.

#include "services/meditation/groups/store.h"
#include "services/meditation/groups/timetable.h"
#include "support/meditation/group_database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mindspace::meditation {
namespace {

constexpr int kPlanned = 300;
constexpr int kBefore = 30;  // people arrive before the start
constexpr int kGrace = 10;
constexpr int kRefresh = 15;
constexpr int kLease = 20;
constexpr int kMembers = 200;
constexpr postgres::Statement kSecondsAttended{"test_attended_seconds", R"(
    SELECT coalesce((SELECT duration_seconds FROM meditation_sessions WHERE group_id = $1 AND user_id = $2), 0))"};

// How the connection of an interval ended.
enum class Ending { left, drain, timeout, killed, never };

class AttendanceModelTest : public testing::Test {
protected:
    int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
    Timestamp at(int second) const { return start_ + Seconds(second); }

    // One member's stay on one node, over one connection, and the records that the nodes write about it. `resumed`:
    // since when the room has kept the member without a break (LiveRoom).
    void attend(UserId user, int from, int to, Ending ending, int resumed) {
        AttendanceRecord entered{.intervals = {{user, at(resumed), at(from)}}, .left = {}, .joined = {}};
        records_.push_back(entered);
        known_until_ = from;
        for (int confirmed = from + 1 + pick(kRefresh); confirmed < to; confirmed += kRefresh) {
            records_.push_back({.intervals = {{user, at(from), at(confirmed)}}, .left = {}, .joined = {}});
            known_until_ = confirmed;
        }
        if (ending == Ending::killed) return;
        AttendanceRecord end{.intervals = {{user, at(from), at(to)}}, .left = {}, .joined = {}};
        if (ending == Ending::left || ending == Ending::timeout) end.left.push_back({user, at(to)});
        records_.push_back(end);
        known_until_ = to;
    }

    // A member who joins and leaves at random. Returns the least and the most that they may be credited with.
    std::pair<int, int> simulate(UserId user) {
        std::vector<bool> present(kBefore + kPlanned + 1, false);
        int least_lost = 0;
        int most_added = 0;
        int now = -pick(kBefore);
        int resumed = now;
        while (now < kPlanned) {
            const int to = std::min(now + 1 + pick(120), kPlanned);
            auto ending = to == kPlanned ? Ending::never : static_cast<Ending>(pick(4));
            attend(user, now, to, ending, resumed);
            for (int second = now; second < to; ++second) present[static_cast<std::size_t>(second + kBefore)] = true;
            const int back = to + (pick(2) == 0 ? pick(kGrace) : kGrace + 1 + pick(60));
            // A member who reconnects within the grace was not absent.
            if (back <= to + kGrace && back < kPlanned)
                for (int second = to; second < back; ++second)
                    present[static_cast<std::size_t>(second + kBefore)] = true;
            resumed = back;
            if (ending == Ending::killed) {
                const bool is_present = back <= to + kLease;  // by the lease of the lost node
                if (is_present) resumed = std::max(now, back - kRefresh - kGrace);
                if (is_present && back > to + kGrace) most_added += back - to;
                if (!is_present || back >= kPlanned) least_lost += to - known_until_;
                if (back >= kPlanned && pick(2) == 0)  // their lease expires, and that is reported
                    records_.push_back({.intervals = {}, .left = {{user, at(to + kLease - kGrace)}}, .joined = {}});
            }
            now = back;
        }
        const int seconds = static_cast<int>(std::count(present.begin() + kBefore, present.end(), true));
        return {seconds - least_lost, std::min(kPlanned, seconds + most_added)};
    }
    // In a few batches, as nodes send them.
    void record(GroupId group, std::size_t from, std::size_t to) {
        while (from < to) {
            AttendanceRecord portion;
            for (int left = 1 + pick(100); left > 0 && from < to; --left, ++from) {
                std::ranges::copy(records_[from].intervals, std::back_inserter(portion.intervals));
                std::ranges::copy(records_[from].left, std::back_inserter(portion.left));
            }
            postgres::run(io_, timetable_.record(group, std::move(portion), at(kPlanned)));
        }
    }

    std::mt19937 random_;
    std::vector<AttendanceRecord> records_;
    int known_until_ = 0;
    asio::io_context io_;
    GroupTestDatabase database_{io_};
    GroupStore store_{database_.client()};
    GroupTimetable timetable_{database_.client()};
    Timestamp start_ = parse_timestamp("2026-11-23T20:00:00.000Z").value();
};

TEST_F(AttendanceModelTest, CreditsAttendanceReportedInAnyOrder) {
    auto host = database_.add_user("host");
    std::vector<UserId> members;
    for (int i = 0; i < kMembers; ++i) members.push_back(database_.add_user("member" + std::to_string(i)));
    for (std::mt19937::result_type seed : {1U, 2U, 3U}) {
        SCOPED_TRACE(seed);
        random_.seed(seed);
        records_.clear();
        NewGroup request{.id = {},
                         .title = "Evening",
                         .description = {},
                         .kind = Kind::mindfulness,
                         .planned_seconds = kPlanned,
                         .scheduled_for = {},
                         .visibility = {},
                         .max_participants = {}};
        auto group = GroupId::make(start_);
        postgres::run(io_, store_.insert(request, host, group, 20, start_ - Seconds(60)));
        postgres::run(io_, timetable_.start(group, host, start_, start_));
        std::vector<std::pair<int, int>> expected;
        for (auto user : members) expected.push_back(simulate(user));
        // Some arrive twice, and all in any order: before the end, after it, and after the group is settled.
        for (std::size_t i = 0, count = records_.size(); i < count; i += 5) {
            auto again = records_[i];
            records_.push_back(std::move(again));
        }
        std::ranges::shuffle(records_, random_);
        record(group, 0, records_.size() / 2);
        ASSERT_TRUE(postgres::run(io_, timetable_.finish(group, "completed", at(kPlanned))));
        record(group, records_.size() / 2, records_.size() * 9 / 10);
        postgres::run(io_, timetable_.settle(group, at(kPlanned + 30)));
        record(group, records_.size() * 9 / 10, records_.size());
        for (std::size_t i = 0; i < members.size(); ++i) {
            auto seconds = database_.query(kSecondsAttended, group, members[i])[0].get<std::int32_t>(0);
            auto [least, most] = expected[i];
            if (least >= GroupTimetable::kMinSeconds) EXPECT_GE(seconds, least) << "member " << i;
            EXPECT_LE(seconds, most) << "member " << i;
        }
    }
}

}  // namespace
}  // namespace mindspace::meditation
