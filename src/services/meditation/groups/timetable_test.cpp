#include "services/meditation/groups/timetable.h"

#include "services/meditation/groups/store.h"
#include "support/meditation/group_database.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;
using postgres::Statement;

constexpr Statement kSessions{"test_group_sessions", R"(
    SELECT user_id, session_id, duration_seconds, started_at, ended_at, local_date, group_id, source, status
    FROM meditation_sessions WHERE group_id = $1 ORDER BY duration_seconds DESC)"};
constexpr Statement kSecondsOfUser{"test_group_seconds", R"(
    SELECT duration_seconds FROM meditation_sessions WHERE group_id = $1 AND user_id = $2)"};
constexpr Statement kDeleteSession{"test_group_delete_session", R"(
    WITH gone AS (DELETE FROM meditation_sessions WHERE user_id = $1 RETURNING user_id, session_id, version)
    INSERT INTO deleted_sessions (user_id, session_id, version) SELECT * FROM gone)"};
constexpr Statement kEvents{"test_group_events", "SELECT count(*) FROM outbox WHERE type = $1"};

class GroupTimetableTest : public testing::Test {
protected:
    GroupId add_group(std::int32_t planned_seconds, std::optional<Timestamp> scheduled_for = {}) {
        NewGroup group{.id = {},
                       .title = "Evening",
                       .description = {},
                       .kind = Kind::mindfulness,
                       .planned_seconds = planned_seconds,
                       .scheduled_for = scheduled_for,
                       .visibility = {},
                       .max_participants = {}};
        auto id = GroupId::make(start_);
        EXPECT_EQ(run(store_.insert(group, host_, id, 20, start_ - 60s)), GroupInsertion::inserted);
        return id;
    }
    void record(GroupId id, AttendanceRecord record, Timestamp now = {}) {
        run(timetable_.record(id, std::move(record), now));
    }
    // The seconds of a user's session in that group; 0 without one.
    std::int32_t seconds_of(GroupId id, UserId user) {
        auto seconds = database_.query(kSecondsOfUser, id, user);
        return seconds.empty() ? 0 : seconds[0].get<std::int32_t>(0);
    }
    std::int64_t count_events(std::string type) { return database_.query(kEvents, type)[0].get<std::int64_t>(0); }

    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }

    asio::io_context io_;
    GroupTestDatabase database_{io_};
    GroupStore store_{database_.client()};
    GroupTimetable timetable_{database_.client()};
    UserId host_ = database_.add_user("host");
    UserId guest_ = database_.add_user("guest", "Asia/Tokyo");
    Timestamp start_ = parse_timestamp("2026-11-23T20:00:00.000Z").value();
};

TEST_F(GroupTimetableTest, AGroupStartsOnceAndOnlyByItsHost) {
    auto id = add_group(600);
    EXPECT_FALSE(run(timetable_.start(id, guest_, start_, start_)));
    EXPECT_TRUE(run(timetable_.start(id, host_, start_, start_)));
    EXPECT_FALSE(run(timetable_.start(id, host_, start_ + 5s, start_)));
    auto group = run(store_.find(id)).value();
    EXPECT_EQ(group.state, GroupState::running);
    EXPECT_EQ(group.started_at, start_);
    EXPECT_EQ(group.ends_at, start_ + 600s);
    EXPECT_EQ(count_events("group.started"), 1);
}

TEST_F(GroupTimetableTest, TheEndCreatesASessionPerMemberWhoAttendedLongEnough) {
    auto late = database_.add_user("late");
    auto id = add_group(600);
    run(timetable_.start(id, host_, start_, start_));
    record(id, {.intervals = {{host_, start_ - 30s, start_}, {guest_, start_ - 5s, start_}}, .left = {}, .joined = {}});
    record(id, {.intervals = {{late, start_ + 541s, start_ + 541s}}, .left = {}, .joined = {{late, start_ + 541s}}});
    record(id, {.intervals = {{guest_, start_ - 5s, start_ + 100s}}, .left = {{guest_, start_ + 100s}}, .joined = {}});
    record(id, {.intervals = {{guest_, start_ + 300s, start_ + 321s}},
                .left = {{guest_, start_ + 321s}},
                .joined = {{guest_, start_ + 300s}}});
    record(id, {.intervals = {{host_, start_ - 30s, start_ + 600s}, {late, start_ + 541s, start_ + 600s}},
                .left = {},
                .joined = {}});

    EXPECT_FALSE(run(timetable_.finish(id, "completed", start_ + 599s))) << "it is not over";
    auto end = run(timetable_.finish(id, "completed", start_ + 601s));
    ASSERT_TRUE(end);
    EXPECT_EQ(end->at, start_ + 600s);

    auto sessions = database_.query(kSessions, id);
    ASSERT_EQ(sessions.size(), 2U) << "59 s are too short";
    EXPECT_EQ(sessions[0].get<UserId>(0), host_);
    EXPECT_EQ(sessions[0].get<MeditationSessionId>(1), group_session_id(id, host_));
    EXPECT_EQ(sessions[0].get<std::int32_t>(2), 600);
    EXPECT_EQ(sessions[0].get<Timestamp>(3), start_);
    EXPECT_EQ(sessions[0].get<Timestamp>(4), start_ + 600s);
    EXPECT_EQ(sessions[0].get<LocalDate>(5), parse_date("2026-11-23"));
    EXPECT_EQ(sessions[0].get<std::string>(7), "group");
    EXPECT_EQ(sessions[0].get<std::string>(8), "completed");
    EXPECT_EQ(sessions[1].get<UserId>(0), guest_);
    EXPECT_EQ(sessions[1].get<std::int32_t>(2), 121);
    EXPECT_EQ(sessions[1].get<LocalDate>(5), parse_date("2026-11-24")) << "it was the next day in Tokyo";
    EXPECT_EQ(count_events("session.completed"), 2);
    EXPECT_EQ(count_events("group.ended"), 1);
    EXPECT_EQ(count_events("group.joined"), 2);
    EXPECT_EQ(count_events("group.left"), 2);

    auto again = run(timetable_.finish(id, "host", start_ + 700s));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->reason, "completed") << "the first end stands";
    EXPECT_EQ(database_.query(kSessions, id).size(), 2U);
    EXPECT_EQ(count_events("session.completed"), 2);
}

TEST_F(GroupTimetableTest, AParticipantOfALostNodeIsCreditedWithConfirmedAttendanceOnly) {
    auto lost = database_.add_user("lost");
    auto id = add_group(600);
    run(timetable_.start(id, host_, start_, start_));
    record(id,
           {.intervals = {{host_, start_, start_ + 90s}, {guest_, start_, start_ + 90s}}, .left = {}, .joined = {}});
    // The guest reconnects to another node, minutes after theirs was lost: the gap does not count.
    record(id,
           {.intervals = {{guest_, start_ + 580s, start_ + 580s}}, .left = {}, .joined = {{guest_, start_ + 580s}}});
    record(id, {.intervals = {{lost, start_ + 500s, start_ + 585s}}, .left = {}, .joined = {}});
    run(timetable_.finish(id, "host", start_ + 595s));
    EXPECT_EQ(database_.query(kSessions, id).size(), 0U) << "all of them may have been there until the end";
    // The nodes of host and guest were running all along, but the writes of the host's node failed until now.
    record(id, {.intervals = {{host_, start_, start_ + 596s}, {guest_, start_ + 580s, start_ + 596s}},
                .left = {},
                .joined = {}});
    EXPECT_EQ(seconds_of(id, host_), 595);
    EXPECT_EQ(seconds_of(id, guest_), 90 + 15);
    EXPECT_EQ(seconds_of(id, lost), 0);

    EXPECT_TRUE(run(timetable_.list_unsettled(start_ + 624s)).empty());
    EXPECT_EQ(run(timetable_.list_unsettled(start_ + 625s)), std::vector{id});
    run(timetable_.settle(id, start_ + 625s));
    EXPECT_TRUE(run(timetable_.list_unsettled(start_ + 625s)).empty());
    EXPECT_EQ(seconds_of(id, lost), 85);
    EXPECT_EQ(count_events("session.completed"), 3);
}

TEST_F(GroupTimetableTest, LateAttendanceLengthensTheSession) {
    auto id = add_group(600);
    run(timetable_.start(id, host_, start_, start_));
    for (auto user : {host_, guest_})
        record(id, {.intervals = {{user, start_ + 300s, start_ + 601s}}, .left = {}, .joined = {}});
    run(timetable_.finish(id, "completed", start_ + 601s));
    run(timetable_.settle(id, start_ + 640s));
    database_.query(kDeleteSession, guest_);
    // From a node that could not reach PostgreSQL.
    AttendanceRecord late{.intervals = {{host_, start_, start_ + 200s}, {guest_, start_, start_ + 200s}},
                          .left = {{host_, start_ + 200s}},
                          .joined = {}};
    for (int i = 0; i < 2; ++i) record(id, late, start_ + 7200s);
    EXPECT_EQ(seconds_of(id, host_), 500);
    EXPECT_EQ(seconds_of(id, guest_), 0) << "a deleted session stays deleted";
    EXPECT_EQ(count_events("session.completed"), 2);
    EXPECT_EQ(count_events("session.changed"), 1);
    auto shorter = AttendanceRecord{.intervals = {{host_, start_, start_ + 10s}}, .left = {}, .joined = {}};
    record(id, shorter, start_ + 7300s);
    EXPECT_EQ(seconds_of(id, host_), 500);
}

TEST_F(GroupTimetableTest, StartsAScheduledGroupOnceAtItsTime) {
    auto early = add_group(60, start_);
    auto late = add_group(600, start_ + 1s);
    add_group(60);  // waits for its host
    EXPECT_TRUE(run(timetable_.start_due(start_ - 1ms)).empty());
    auto first = run(timetable_.start_due(start_ + 500ms));
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].id, early);
    EXPECT_EQ(first[0].host, host_);
    EXPECT_EQ(first[0].starts_at, start_);
    EXPECT_EQ(first[0].ends_at, start_ + 60s);
    auto second = run(timetable_.start_due(start_ + 300s));
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].id, late);
    EXPECT_EQ(second[0].starts_at, start_ + 1s) << "the timetable holds, even when nobody was there to see";
    EXPECT_EQ(count_events("group.started"), 2);
    EXPECT_FALSE(run(timetable_.start(early, host_, start_ + 2s, start_ + 2s)));
}

TEST_F(GroupTimetableTest, OneOfAHundredConcurrentCallsStartsTheGroup) {
    auto id = add_group(600, start_);
    std::vector<GroupStart> started;
    int running = 100;
    for (int i = 0; i < 100; ++i)
        asio::co_spawn(io_, timetable_.start_due(start_),
                       [&](const std::exception_ptr& fault, const std::vector<GroupStart>& mine) {
                           EXPECT_FALSE(fault);
                           started.insert(started.end(), mine.begin(), mine.end());
                           --running;
                       });
    postgres::run_until(io_, [&] { return running == 0; });
    ASSERT_EQ(started.size(), 1U);
    EXPECT_EQ(started[0].id, id);
}

TEST_F(GroupTimetableTest, CancelsAGroupEndedDuringItsCountdown) {
    auto id = add_group(600);
    run(timetable_.start(id, host_, start_ + 60s, start_));
    record(id, {.intervals = {{host_, start_, start_ + 20s}}, .left = {}, .joined = {}});
    auto end = run(timetable_.finish(id, "host", start_ + 20s));
    ASSERT_TRUE(end);
    EXPECT_EQ(end->at, start_ + 20s);
    auto group = run(store_.find(id)).value();
    EXPECT_EQ(group.state, GroupState::cancelled);
    EXPECT_FALSE(group.started_at);
    EXPECT_FALSE(group.ends_at);
    EXPECT_EQ(group.ended_at, start_ + 20s);
    EXPECT_EQ(database_.query(kSessions, id).size(), 0U);
    EXPECT_EQ(count_events("group.ended"), 0);
}

TEST_F(GroupTimetableTest, CancelsAGroupThatIsNotStartedWithinADay) {
    auto unscheduled = add_group(600);
    auto scheduled = add_group(600, start_);
    auto later = add_group(600, start_ + 3600s);
    EXPECT_TRUE(run(timetable_.cancel_unstarted(start_ + 24h - 61s)).empty());
    EXPECT_EQ(run(timetable_.cancel_unstarted(start_ + 24h - 60s)), std::vector{unscheduled});
    EXPECT_EQ(run(timetable_.cancel_unstarted(start_ + 24h)), std::vector{scheduled});
    EXPECT_EQ(run(store_.find(scheduled))->state, GroupState::cancelled);
    EXPECT_EQ(run(timetable_.start_due(start_ + 24h)).front().id, later) << "and no other";
}

TEST_F(GroupTimetableTest, ListsDueGroups) {
    auto id = add_group(60);
    add_group(60);
    run(timetable_.start(id, host_, start_, start_));
    EXPECT_TRUE(run(timetable_.list_due(start_ + 59s)).empty());
    EXPECT_EQ(run(timetable_.list_due(start_ + 60s)), std::vector{id});
}

}  // namespace
}  // namespace mindspace::meditation
