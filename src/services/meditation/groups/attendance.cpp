// Who attended a group for how long, and the resulting sessions. Attendance records and the end of the group are
// serialised by a lock on the group's row: the second of them sees the first, and credits what the first could not.

#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/sql.h"
#include "services/meditation/groups/attendance_rows.h"
#include "services/meditation/groups/timetable.h"

namespace mindspace::meditation {

using postgres::ComposedStatement;
using postgres::Statement;

namespace {

struct Columns {
    std::vector<UserId> users;
    std::vector<Timestamp> at;
};

Columns columns_of(const std::vector<Presence>& presences) {
    Columns columns;
    for (const auto& presence : presences) {
        columns.users.push_back(presence.user);
        columns.at.push_back(presence.at);
    }
    return columns;
}

enum class CreditScope { known, all };

// Creates or lengthens the sessions of a group that has ended: those of `users`, or of all members if `users` is empty.
// `known`: only for members who have left or were confirmed after the end, unless the group is settled.
postgres::Query credit(GroupId id, std::vector<UserId> users, CreditScope scope, Timestamp now) {
    // The session's id is computed as in group_session_id().
    static constexpr ComposedStatement kCredit{"group_credit", R"(
        WITH ended_group AS MATERIALIZED (
            SELECT group_id, kind, planned_seconds, started_at, ended_at, settled FROM groups
            WHERE group_id = $1 AND state = 'ended'),
        present_ranges AS (
            SELECT user_id, started_at, ended_at,
                   unnest(present + {}) AS present_range
            FROM group_attendance JOIN ended_group USING (group_id)
            WHERE (cardinality($4::uuid[]) = 0 OR user_id = ANY ($4))
              AND (left_at >= seen_at OR seen_at >= ended_at OR settled OR $5)),
        attended AS (
            SELECT user_id, floor(sum(greatest(0, extract(epoch FROM
                       least(upper(present_range) - {}, ended_at) - greatest(lower(present_range), started_at)))))::integer
                       AS seconds
            FROM present_ranges GROUP BY user_id),
        hashed AS (
            SELECT user_id, seconds, sha256(uuid_send(group_id) || uuid_send(user_id)) AS digest
            FROM attended CROSS JOIN ended_group WHERE seconds >= $3),
        named AS MATERIALIZED (
            SELECT user_id, seconds,
                   encode(substr(set_byte(set_byte(digest, 6, (get_byte(digest, 6) & 15) | 128),
                                          8, (get_byte(digest, 8) & 63) | 128), 1, 16), 'hex')::uuid AS session_id
            FROM hashed),
        accounts AS (SELECT * FROM hold_users(ARRAY(SELECT user_id FROM named))),
        deleted AS MATERIALIZED (
            SELECT session_id FROM deleted_sessions WHERE user_id = ANY (ARRAY(SELECT user_id FROM named))),
        changed AS (
            INSERT INTO meditation_sessions (user_id, session_id, status, kind, planned_seconds, duration_seconds,
                                             started_at, ended_at, local_date, timezone, group_id, source, created_at,
                                             updated_at)
            SELECT user_id, session_id, 'completed', kind, ended_group.planned_seconds, seconds, started_at, ended_at,
                   (wall_time(started_at, timezone) - make_interval(hours => day_start_hour))::date,
                   timezone, group_id, 'group', $2, $2
            FROM named CROSS JOIN ended_group JOIN accounts USING (user_id)
            WHERE session_id NOT IN (SELECT session_id FROM deleted)
            ON CONFLICT (user_id, session_id) DO UPDATE SET
                duration_seconds = excluded.duration_seconds, updated_at = excluded.updated_at,
                version = meditation_sessions.version + 1
            WHERE meditation_sessions.duration_seconds < excluded.duration_seconds
            RETURNING *)
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT CASE version WHEN 1 THEN 'session.completed' ELSE 'session.changed' END, user_id,
               jsonb_build_object('id', session_id, 'version', version, 'status', status, 'kind', kind,
                                  'plannedSeconds', planned_seconds, 'durationSeconds', duration_seconds,
                                  'startedAt', started_at, 'endedAt', ended_at, 'localDate', local_date,
                                  'timezone', timezone, 'groupId', group_id, 'moodBefore', mood_before,
                                  'moodAfter', mood_after, 'source', source), $2
        FROM changed)",
                                               attendance_of_previous_version("group_attendance"), kGraceInterval};
    return postgres::bind(kCredit, id, now, GroupTimetable::kMinSeconds, users, scope == CreditScope::all);
}

}  // namespace

Awaitable<> GroupTimetable::record(GroupId id, AttendanceRecord record, Timestamp now) {
    static constexpr Statement kLock{"group_lock", "SELECT FROM groups WHERE group_id = $1 FOR SHARE"};
    // Ordered by user, so that two nodes do not deadlock.
    static constexpr ComposedStatement kRecord{"group_record", R"(
        INSERT INTO group_attendance AS known (user_id, group_id, present, seen_at, left_at)
        SELECT user_id, group_id, coalesce(range_agg(present_range), '{{}}'), max(at), max(left_at)
        FROM (SELECT user_id, tstzrange(since, until_grace) AS present_range, at, NULL::timestamptz AS left_at
              FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
                   AS seen (user_id, since, until_grace, at)
              UNION ALL
              SELECT user_id, NULL, at, at FROM unnest($6::uuid[], $7::timestamptz[]) AS departed (user_id, at)) AS records
        JOIN groups ON group_id = $1 AND state <> 'cancelled'
        JOIN user_directory USING (user_id)
        GROUP BY user_id, group_id ORDER BY user_id
        ON CONFLICT (user_id, group_id) DO UPDATE SET
            present = known.present + {} + excluded.present,
            attended_ms = 0, present_since = NULL,
            seen_at = greatest(known.seen_at, excluded.seen_at), left_at = greatest(known.left_at, excluded.left_at))",
                                               attendance_of_previous_version("known")};
    static constexpr Statement kPublish{"group_publish_attendance", R"(
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT $1, user_id, jsonb_build_object('groupId', $2::uuid), at
        FROM unnest($3::uuid[], $4::timestamptz[]) AS records (user_id, at))"};
    std::vector<UserId> users;
    std::vector<Timestamp> since;
    std::vector<Timestamp> until_grace;
    std::vector<Timestamp> until;
    for (const auto& interval : record.intervals) {
        users.push_back(interval.user);
        since.push_back(interval.since);
        until_grace.push_back(interval.until + kGrace);
        until.push_back(interval.until);
    }
    auto left = columns_of(record.left);
    auto joined = columns_of(record.joined);
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kLock, id));
    queries.push_back(postgres::bind(kRecord, id, users, since, until_grace, until, left.users, left.at));
    if (!left.users.empty())
        queries.push_back(postgres::bind(kPublish, std::string_view("group.left"), id, left.users, left.at));
    if (!joined.users.empty())
        queries.push_back(postgres::bind(kPublish, std::string_view("group.joined"), id, joined.users, joined.at));
    users.insert(users.end(), left.users.begin(), left.users.end());
    if (!users.empty()) queries.push_back(credit(id, std::move(users), CreditScope::known, now));
    co_await database_.transaction(std::move(queries));
}

Awaitable<std::optional<GroupEnd>> GroupTimetable::finish(GroupId id, std::string_view reason, Timestamp at) {
    static constexpr Statement kFinish{"group_finish", R"(
        WITH ended_group AS (
            UPDATE groups
            SET state = CASE WHEN started_at > $3 THEN 'cancelled' ELSE 'ended' END,
                started_at = CASE WHEN started_at <= $3 THEN started_at END,
                ends_at = CASE WHEN started_at <= $3 THEN ends_at END,
                ended_at = least($3, ends_at), end_reason = $2, version = version + 1, updated_at = $3
            WHERE group_id = $1 AND state = 'running' AND ($2 <> 'completed' OR ends_at <= $3)
            RETURNING group_id, host_id, started_at, ended_at)
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT 'group.ended', host_id, jsonb_build_object('groupId', group_id, 'endedAt', ended_at, 'reason', $2), $3
        FROM ended_group WHERE started_at IS NOT NULL)"};
    static constexpr Statement kEnd{"group_end", R"(
        SELECT ended_at, coalesce(end_reason, 'host') FROM groups WHERE group_id = $1 AND state IN ('ended', 'cancelled'))"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kFinish, id, reason, at));
    queries.push_back(credit(id, {}, CreditScope::known, at));
    queries.push_back(postgres::bind(kEnd, id));
    auto results = co_await database_.transaction(std::move(queries));
    const auto& end = results.back();
    if (end.empty()) co_return std::nullopt;
    co_return GroupEnd{.at = end[0].get<Timestamp>(0), .reason = end[0].get<std::string>(1)};
}

Awaitable<std::vector<GroupId>> GroupTimetable::list_unsettled(Timestamp now) {
    static constexpr Statement kListUnsettled{"group_list_unsettled", R"(
        SELECT group_id FROM groups WHERE state = 'ended' AND NOT settled AND updated_at <= $1
        ORDER BY updated_at LIMIT 100)"};
    auto rows = co_await database_.query(kListUnsettled, now - kSettleAfter);
    std::vector<GroupId> unsettled;
    for (auto row : rows) unsettled.push_back(row.get<GroupId>(0));
    co_return unsettled;
}

Awaitable<> GroupTimetable::settle(GroupId id, Timestamp now) {
    static constexpr Statement kSettle{"group_settle",
                                       "UPDATE groups SET settled = true WHERE group_id = $1 AND state = 'ended'"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kSettle, id));
    queries.push_back(credit(id, {}, CreditScope::all, now));
    co_await database_.transaction(std::move(queries));
}

}  // namespace mindspace::meditation
