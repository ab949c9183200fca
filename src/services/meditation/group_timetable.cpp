#include "services/meditation/group_timetable.h"

#include "platform/postgres/client.h"

namespace mindspace::meditation {

using postgres::Statement;

namespace {

// GroupTimetable::kGrace, in SQL.
#define GRACE "interval '10 seconds'"

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

}  // namespace

Awaitable<std::optional<Timestamp>> GroupTimetable::start(GroupId id, UserId host, Timestamp starts_at, Timestamp now) {
    static constexpr Statement kStart{"group_start", R"(
        WITH changed AS (
            UPDATE groups
            SET state = 'running', started_at = $3, ends_at = $3 + make_interval(secs => planned_seconds),
                version = version + 1, updated_at = $4
            WHERE group_id = $1 AND host_id = $2 AND state = 'scheduled'
            RETURNING group_id, host_id, started_at, ends_at),
        told AS (
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
        told AS (
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

Awaitable<std::optional<GroupEnd>> GroupTimetable::finish(GroupId id, std::string_view reason, Timestamp at) {
    // The id of a session is that of group_session_id().
    static constexpr Statement kFinish{"group_finish",
                                       R"(
        WITH over AS (
            UPDATE groups
            SET state = CASE WHEN started_at > $3 THEN 'cancelled' ELSE 'ended' END,
                started_at = CASE WHEN started_at <= $3 THEN started_at END,
                ends_at = CASE WHEN started_at <= $3 THEN ends_at END,
                ended_at = least($3, ends_at), end_reason = $2, version = version + 1, updated_at = $3
            WHERE group_id = $1 AND state = 'running' AND ($2 <> 'completed' OR ends_at <= $3)
            RETURNING group_id, host_id, kind, planned_seconds, started_at, ended_at),
        stretches AS (
            SELECT user_id, started_at, ended_at,
                   unnest(CASE WHEN (left_at IS NULL OR left_at < seen_at) AND seen_at < ended_at
                                    AND seen_at >= ended_at - make_interval(secs => $5)
                               THEN present + tstzmultirange(tstzrange(seen_at, ended_at + )" GRACE R"())
                               ELSE present END) AS stretch
            FROM group_attendance JOIN over USING (group_id) WHERE started_at IS NOT NULL),
        sat AS (
            SELECT user_id, floor(sum(greatest(0, extract(epoch FROM
                       least(upper(stretch) - )" GRACE
                                       R"(, ended_at) - greatest(lower(stretch), started_at)))))::integer
                       AS seconds
            FROM stretches GROUP BY user_id),
        named AS (
            SELECT user_id, seconds, sha256(uuid_send(group_id) || uuid_send(user_id)) AS digest
            FROM sat CROSS JOIN over WHERE seconds >= $4),
        living AS (SELECT * FROM hold_users(ARRAY(SELECT user_id FROM named))),
        changed AS (
            INSERT INTO meditation_sessions (user_id, session_id, status, kind, planned_seconds, duration_seconds,
                                             started_at, ended_at, local_date, timezone, group_id, source, created_at,
                                             updated_at)
            SELECT user_id,
                   encode(substr(set_byte(set_byte(digest, 6, (get_byte(digest, 6) & 15) | 128),
                                          8, (get_byte(digest, 8) & 63) | 128), 1, 16), 'hex')::uuid,
                   'completed', kind, over.planned_seconds, seconds, started_at, ended_at,
                   (wall_time(started_at, timezone) - make_interval(hours => day_start_hour))::date,
                   timezone, group_id, 'group', $3, $3
            FROM named CROSS JOIN over JOIN living USING (user_id)
            ON CONFLICT DO NOTHING
            RETURNING *),
        sessions_told AS (
            INSERT INTO outbox (type, user_id, payload, occurred_at)
            SELECT 'session.completed', user_id,
                   jsonb_build_object('id', session_id, 'version', version, 'status', status, 'kind', kind,
                                      'plannedSeconds', planned_seconds, 'durationSeconds', duration_seconds,
                                      'startedAt', started_at, 'endedAt', ended_at, 'localDate', local_date,
                                      'timezone', timezone, 'groupId', group_id, 'moodBefore', mood_before,
                                      'moodAfter', mood_after, 'source', source), $3
            FROM changed)
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT 'group.ended', host_id, jsonb_build_object('groupId', group_id, 'endedAt', ended_at, 'reason', $2), $3
        FROM over WHERE started_at IS NOT NULL)"};
    static constexpr Statement kEnd{"group_end", R"(
        SELECT ended_at, coalesce(end_reason, 'host') FROM groups WHERE group_id = $1 AND state IN ('ended', 'cancelled'))"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kFinish, id, reason, at, kLeastSeconds, static_cast<double>(kOpenLimit.count())));
    queries.push_back(postgres::bind(kEnd, id));
    auto results = co_await database_.transaction(std::move(queries));
    const auto& end = results.back();
    if (end.empty()) co_return std::nullopt;
    co_return GroupEnd{.at = end[0].get<Timestamp>(0), .reason = end[0].get<std::string>(1)};
}

Awaitable<std::vector<GroupId>> GroupTimetable::list_due(Timestamp now) {
    static constexpr Statement kListDue{"group_list_due", R"(
        SELECT group_id FROM groups WHERE state = 'running' AND ends_at <= $1 ORDER BY ends_at LIMIT 100)"};
    auto rows = co_await database_.query(kListDue, now);
    std::vector<GroupId> due;
    for (auto row : rows) due.push_back(row.get<GroupId>(0));
    co_return due;
}

Awaitable<std::vector<GroupId>> GroupTimetable::list_deserted(Timestamp now) {
    // By the host's row first: it rules most groups out. Step by step, for groups and attendance may lie on different
    // servers.
    static constexpr Statement kListDeserted{"group_list_deserted", R"(
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
    auto rows = co_await database_.query(kListDeserted, now - kOpenLimit, now - kHostAway);
    std::vector<GroupId> deserted;
    for (auto row : rows) deserted.push_back(row.get<GroupId>(0));
    co_return deserted;
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

Awaitable<> GroupTimetable::record(GroupId id, AttendanceRecord record) {
    // In the order of users, so that two nodes do not wait for each other.
    static constexpr Statement kRecord{"group_record", R"(
        INSERT INTO group_attendance AS known (user_id, group_id, present, seen_at, left_at)
        SELECT user_id, group_id, coalesce(range_agg(stretch), '{}'), max(at), max(left_at)
        FROM (SELECT user_id, tstzrange(since, until_grace) AS stretch, at, NULL::timestamptz AS left_at
              FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
                   AS seen (user_id, since, until_grace, at)
              UNION ALL
              SELECT user_id, NULL, at, at FROM unnest($6::uuid[], $7::timestamptz[]) AS departed (user_id, at)) AS told
        JOIN groups ON group_id = $1 AND state IN ('scheduled', 'running')
        JOIN users USING (user_id)
        GROUP BY user_id, group_id ORDER BY user_id
        ON CONFLICT (user_id, group_id) DO UPDATE SET
            present = known.present + excluded.present, seen_at = greatest(known.seen_at, excluded.seen_at),
            left_at = greatest(known.left_at, excluded.left_at))"};
    static constexpr Statement kTell{"group_tell_attendance", R"(
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT $1, user_id, jsonb_build_object('groupId', $2::uuid), at
        FROM unnest($3::uuid[], $4::timestamptz[]) AS told (user_id, at))"};
    std::vector<UserId> users;
    std::vector<Timestamp> since;
    std::vector<Timestamp> until_grace;
    std::vector<Timestamp> until;
    for (const auto& stretch : record.stretches) {
        users.push_back(stretch.user);
        since.push_back(stretch.since);
        until_grace.push_back(stretch.until + kGrace);
        until.push_back(stretch.until);
    }
    auto left = columns_of(record.left);
    auto joined = columns_of(record.joined);
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kRecord, id, users, since, until_grace, until, left.users, left.at));
    if (!left.users.empty())
        queries.push_back(postgres::bind(kTell, std::string_view("group.left"), id, left.users, left.at));
    if (!joined.users.empty())
        queries.push_back(postgres::bind(kTell, std::string_view("group.joined"), id, joined.users, joined.at));
    co_await database_.transaction(std::move(queries));
}

MeditationSessionId group_session_id(GroupId group, UserId user) {
    std::string name(group.value.bytes.begin(), group.value.bytes.end());
    name.append(user.value.bytes.begin(), user.value.bytes.end());
    return {Uuid::from_name(name)};
}

}  // namespace mindspace::meditation
