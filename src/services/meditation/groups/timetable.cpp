#include "services/meditation/groups/timetable.h"

#include "platform/postgres/connection/client.h"

namespace mindspace::meditation {

using postgres::Statement;

Awaitable<std::optional<Timestamp>> GroupTimetable::start(GroupId id, UserId host, Timestamp starts_at, Timestamp now) {
    static constexpr Statement kStart{"group_start", R"(
        WITH changed AS (
            UPDATE groups
            SET state = 'running', started_at = $3, ends_at = $3 + make_interval(secs => planned_seconds),
                version = version + 1, updated_at = $4
            WHERE group_id = $1 AND host_id = $2 AND state = 'scheduled'
            RETURNING group_id, host_id, started_at, ends_at),
        event AS (
            INSERT INTO outbox (type, user_id, payload, occurred_at)
            SELECT 'group.started', host_id,
                   jsonb_build_object('groupId', group_id, 'startsAt', started_at, 'endsAt', ends_at), $4
            FROM changed)
        SELECT ends_at FROM changed)"};
    auto rows = co_await database_.query(kStart, id, host, starts_at, now);
    if (rows.empty()) co_return std::nullopt;
    co_return rows[0].get<Timestamp>(0);
}

Awaitable<std::vector<GroupStart>> GroupTimetable::start_due(Timestamp now) {
    static constexpr Statement kStartDue{"group_start_due", R"(
        WITH due AS (
            SELECT group_id FROM groups WHERE state = 'scheduled' AND scheduled_for <= $1 AND scheduled_for > $2
            ORDER BY scheduled_for LIMIT 100 FOR UPDATE SKIP LOCKED),
        changed AS (
            UPDATE groups
            SET state = 'running', started_at = scheduled_for,
                ends_at = scheduled_for + make_interval(secs => planned_seconds), version = version + 1, updated_at = $1
            WHERE group_id IN (SELECT group_id FROM due)
            RETURNING group_id, host_id, started_at, ends_at),
        event AS (
            INSERT INTO outbox (type, user_id, payload, occurred_at)
            SELECT 'group.started', host_id,
                   jsonb_build_object('groupId', group_id, 'startsAt', started_at, 'endsAt', ends_at), $1
            FROM changed)
        SELECT group_id, host_id, started_at, ends_at FROM changed)"};
    auto rows = co_await database_.query(kStartDue, now, now - kStartLimit);
    std::vector<GroupStart> started;
    for (const auto row : rows)
        started.push_back({.id = row.get<GroupId>(0),
                           .host = row.get<UserId>(1),
                           .starts_at = row.get<Timestamp>(2),
                           .ends_at = row.get<Timestamp>(3)});
    co_return started;
}

Awaitable<std::vector<GroupId>> GroupTimetable::list_due(Timestamp now) {
    static constexpr Statement kListDue{"group_list_due", R"(
        SELECT group_id FROM groups WHERE state = 'running' AND ends_at <= $1 ORDER BY ends_at LIMIT 100)"};
    auto rows = co_await database_.query(kListDue, now);
    std::vector<GroupId> due;
    for (auto row : rows) due.push_back(row.get<GroupId>(0));
    co_return due;
}

Awaitable<std::vector<GroupId>> GroupTimetable::list_empty(Timestamp now) {
    // Checks the host's row first: it rules out most groups. Step by step, because groups and attendance may be on
    // different servers.
    static constexpr Statement kListEmpty{"group_list_empty", R"(
        WITH running AS MATERIALIZED (
            SELECT group_id, host_id, ends_at FROM groups WHERE state = 'running' AND started_at <= $2),
        hosted AS MATERIALIZED (
            SELECT group_id FROM running JOIN group_attendance AS host USING (group_id)
            WHERE host.user_id = host_id AND seen_at > $2),
        hostless AS MATERIALIZED (
            SELECT group_id, ends_at FROM running WHERE group_id NOT IN (SELECT group_id FROM hosted)),
        visited AS MATERIALIZED (
            SELECT group_id FROM hostless JOIN group_attendance USING (group_id)
            WHERE (left_at IS NULL OR left_at < seen_at) AND seen_at > $1)
        SELECT group_id FROM hostless WHERE group_id NOT IN (SELECT group_id FROM visited)
        ORDER BY ends_at LIMIT 100)"};
    auto rows = co_await database_.query(kListEmpty, now - kConfirmationTimeout, now - kMaxHostAbsence);
    std::vector<GroupId> empty;
    for (auto row : rows) empty.push_back(row.get<GroupId>(0));
    co_return empty;
}

Awaitable<std::vector<GroupId>> GroupTimetable::cancel_unstarted(Timestamp now) {
    static constexpr Statement kCancelUnstarted{"group_cancel_unstarted", R"(
        WITH waiting AS (
            SELECT group_id FROM groups WHERE state = 'scheduled' AND coalesce(scheduled_for, created_at) <= $2
            ORDER BY coalesce(scheduled_for, created_at) LIMIT 100 FOR UPDATE SKIP LOCKED)
        UPDATE groups SET state = 'cancelled', ended_at = $1, version = version + 1, updated_at = $1
        WHERE group_id IN (SELECT group_id FROM waiting)
        RETURNING group_id)"};
    auto rows = co_await database_.query(kCancelUnstarted, now, now - kStartLimit);
    std::vector<GroupId> cancelled;
    for (auto row : rows) cancelled.push_back(row.get<GroupId>(0));
    co_return cancelled;
}

MeditationSessionId group_session_id(GroupId group, UserId user) {
    std::string name(group.value.bytes.begin(), group.value.bytes.end());
    name.append(user.value.bytes.begin(), user.value.bytes.end());
    return {Uuid::from_name(name)};
}

}  // namespace mindspace::meditation
