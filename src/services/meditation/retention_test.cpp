#include "services/meditation/retention.h"

#include "services/meditation/groups/store.h"
#include "services/meditation/groups/timetable.h"
#include "support/meditation/group_database.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using std::chrono::days;

constexpr postgres::Statement kCountAttendance{"test_count_attendance", "SELECT count(*) FROM group_attendance"};
constexpr postgres::Statement kCountSessions{"test_count_sessions", "SELECT count(*) FROM meditation_sessions"};

class GroupRetentionTest : public testing::Test {
protected:
    GroupRetentionTest() { postgres::run(io_, connect()); }
    Awaitable<bool> connect() {
        co_await session_.connect();
        co_return true;
    }
    GroupId add_group() {
        NewGroup request{.id = {},
                         .title = "Evening",
                         .description = {},
                         .kind = Kind::mindfulness,
                         .planned_seconds = 60,
                         .scheduled_for = {},
                         .visibility = {},
                         .max_participants = {}};
        auto id = GroupId::make(start_);
        postgres::run(io_, store_.insert(request, host_, id, 20, start_));
        return id;
    }
    std::int64_t remove(std::size_t rule, Timestamp now) {
        return postgres::run(io_, retention_rules().at(rule).remove(session_, now));
    }

    asio::io_context io_;
    GroupTestDatabase database_{io_};
    postgres::Session session_{io_, {.conninfo = database_.conninfo()}};
    GroupStore store_{database_.client()};
    GroupTimetable timetable_{database_.client()};
    UserId host_ = database_.add_user("host");
    Timestamp start_ = parse_timestamp("2026-11-23T20:00:00.000Z").value();
};

TEST_F(GroupRetentionTest, RemovesEndedGroupsAndTheirAttendance) {
    auto over = add_group();
    auto waiting = add_group();
    postgres::run(io_, timetable_.start(over, host_, start_, start_));
    AttendanceRecord record{.intervals = {{host_, start_, start_ + Seconds(60)}}, .left = {}, .joined = {}};
    postgres::run(io_, timetable_.record(over, record, start_));
    ASSERT_TRUE(postgres::run(io_, timetable_.finish(over, "completed", start_ + Seconds(60))));

    EXPECT_EQ(remove(0, start_ + days(30)), 0);
    EXPECT_EQ(remove(0, start_ + days(30) + Seconds(61)), 1);
    EXPECT_EQ(database_.query(kCountAttendance)[0].get<std::int64_t>(0), 0);
    EXPECT_EQ(remove(1, start_ + days(90)), 0);
    EXPECT_EQ(remove(1, start_ + days(90) + Seconds(61)), 1);
    EXPECT_FALSE(postgres::run(io_, store_.find(over)));
    EXPECT_TRUE(postgres::run(io_, store_.find(waiting)));
    EXPECT_EQ(database_.query(kCountSessions)[0].get<std::int64_t>(0), 1) << "the session is its owner's";
}

}  // namespace
}  // namespace mindspace::meditation
