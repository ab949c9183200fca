// During a rolling update, nodes of the previous version write attendance in its columns on the new schema.

#include "services/meditation/groups/store.h"
#include "services/meditation/groups/timetable.h"
#include "support/meditation/group_database.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;
using postgres::Statement;

// The statements of the previous version.
constexpr Statement kOldSeen{"old_group_seen", R"(
    INSERT INTO group_attendance AS known (user_id, group_id, present_since, seen_at)
    SELECT user_id, group_id, greatest(at, started_at), greatest($4, started_at)
    FROM (SELECT user_id, min(at) AS at FROM unnest($2::uuid[], $3::timestamptz[]) AS seen (user_id, at)
          GROUP BY user_id) AS seen
    JOIN groups ON group_id = $1 AND state = 'running'
    JOIN users USING (user_id)
    ON CONFLICT (user_id, group_id) DO UPDATE SET
        attended_ms = known.attended_ms + CASE WHEN extract(epoch FROM excluded.seen_at - known.seen_at) > 45
            THEN coalesce(extract(epoch FROM known.seen_at - known.present_since) * 1000, 0)::bigint ELSE 0 END,
        present_since = CASE WHEN extract(epoch FROM excluded.seen_at - known.seen_at) > 45
            THEN greatest(excluded.present_since, known.seen_at)
            ELSE coalesce(known.present_since, greatest(excluded.present_since, known.seen_at)) END,
        seen_at = greatest(known.seen_at, excluded.seen_at))"};
constexpr Statement kOldLeft{"old_group_left", R"(
    UPDATE group_attendance AS known
    SET attended_ms = attended_ms + greatest(0, extract(epoch FROM at - present_since) * 1000)::bigint,
        present_since = NULL, seen_at = $4
    FROM unnest($2::uuid[], $3::timestamptz[]) AS departures (user_id, at)
    WHERE known.user_id = departures.user_id AND known.group_id = $1 AND present_since IS NOT NULL)"};
// How the previous version ended a group: it created the sessions from what it knew.
constexpr Statement kOldFinish{"old_group_finish", R"(
    WITH ended_group AS (
        UPDATE groups
        SET state = 'ended', ended_at = least($2, ends_at), end_reason = 'completed', version = version + 1,
            updated_at = $2
        WHERE group_id = $1 AND state = 'running' AND ends_at <= $2
        RETURNING group_id, ended_at)
    SELECT user_id, ((attended_ms + greatest(0, coalesce(extract(epoch FROM
               CASE WHEN seen_at < ended_at - interval '45 seconds' THEN seen_at ELSE ended_at END - present_since)
               * 1000, 0)))::bigint / 1000)::integer
    FROM group_attendance JOIN ended_group USING (group_id))"};
constexpr Statement kCreditedSeconds{"test_upgrade_seconds", R"(
    SELECT coalesce((SELECT duration_seconds FROM meditation_sessions WHERE group_id = $1 AND user_id = $2), 0))"};

class AttendanceUpgradeTest : public testing::Test {
protected:
    void SetUp() override {
        NewGroup request{.id = {},
                         .title = "Evening",
                         .description = {},
                         .kind = Kind::mindfulness,
                         .planned_seconds = 300,
                         .scheduled_for = {},
                         .visibility = {},
                         .max_participants = {}};
        run(store_.insert(request, user_, group_, 20, start_ - 60s));
        run(timetable_.start(group_, user_, start_, start_));
    }
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }
    Timestamp at(int second) const { return start_ + Seconds(second); }
    void attend_with_previous_version(int since, int until) {
        database_.query(kOldSeen, group_, std::vector{user_}, std::vector{at(since)}, at(since));
        for (int seen = since + 15; seen <= until; seen += 15)
            database_.query(kOldSeen, group_, std::vector{user_}, std::vector{at(seen)}, at(seen));
    }
    void leave_with_previous_version(int second) {
        database_.query(kOldLeft, group_, std::vector{user_}, std::vector{at(second)}, at(second));
    }
    void attend(int since, int until) {
        AttendanceRecord record{.intervals = {{user_, at(since), at(until)}}, .left = {}, .joined = {}};
        run(timetable_.record(group_, std::move(record), at(until)));
    }
    std::int32_t seconds() { return database_.query(kCreditedSeconds, group_, user_)[0].get<std::int32_t>(0); }

    asio::io_context io_;
    GroupTestDatabase database_{io_};
    GroupStore store_{database_.client()};
    GroupTimetable timetable_{database_.client()};
    UserId user_ = database_.add_user("user");
    Timestamp start_ = parse_timestamp("2026-11-23T20:00:00.000Z").value();
    GroupId group_ = GroupId::make(start_);
};

TEST_F(AttendanceUpgradeTest, CountsAttendanceWrittenByBothVersions) {
    attend_with_previous_version(0, 60);
    leave_with_previous_version(70);
    attend(100, 130);
    attend_with_previous_version(160, 190);  // its node is lost: nothing is known after this
    attend(250, 300);
    run(timetable_.finish(group_, "completed", at(300)));
    EXPECT_EQ(seconds(), 70 + 30 + 30 + 50);
}

TEST_F(AttendanceUpgradeTest, CountsAttendanceWrittenByThePreviousVersionOnly) {
    attend_with_previous_version(0, 90);
    run(timetable_.finish(group_, "completed", at(300)));
    EXPECT_EQ(seconds(), 0) << "more of it may come";
    run(timetable_.settle(group_, at(330)));
    EXPECT_EQ(seconds(), 90);
}

TEST_F(AttendanceUpgradeTest, CompletesTheSessionsOfAGroupThatThePreviousVersionEnded) {
    attend(0, 200);
    attend_with_previous_version(230, 290);
    database_.query(kOldFinish, group_, at(300));
    EXPECT_EQ(run(timetable_.list_unsettled(at(330))), std::vector{group_});
    run(timetable_.settle(group_, at(330)));
    EXPECT_EQ(seconds(), 200 + 60);
}

}  // namespace
}  // namespace mindspace::meditation
