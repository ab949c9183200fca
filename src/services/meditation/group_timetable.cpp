#include "services/meditation/group_timetable.h"

#include "platform/postgres/client.h"

namespace mindspace::meditation {

using postgres::Statement;

namespace {

// An open stretch that nobody has confirmed for this long ended when it was last confirmed: its node is gone.
// Three refreshes.
#define STALE_AFTER "interval '45 seconds'"
constexpr Seconds kStaleAfter{45};
// Of what is `known` when somebody is seen. In numbers: a cluster lets no time zone into such a clause.
#define STRETCH_IS_STALE "extract(epoch FROM excluded.seen_at - known.seen_at) > 45"

constexpr Statement kSeen{"group_seen", R"(
    INSERT INTO group_attendance AS known (user_id, group_id, present_since, seen_at)
    SELECT user_id, group_id, greatest(at, started_at), greatest($4, started_at)
    FROM (SELECT user_id, min(at) AS at FROM unnest($2::uuid[], $3::timestamptz[]) AS seen (user_id, at)
          GROUP BY user_id) AS seen
    JOIN groups ON group_id = $1 AND state = 'running'
    JOIN users USING (user_id)
    ON CONFLICT (user_id, group_id) DO UPDATE SET
        attended_ms = known.attended_ms + CASE WHEN )" STRETCH_IS_STALE R"(
            THEN coalesce(extract(epoch FROM known.seen_at - known.present_since) * 1000, 0)::bigint ELSE 0 END,
        present_since = CASE WHEN )" STRETCH_IS_STALE R"(
            THEN greatest(excluded.present_since, known.seen_at)
            ELSE coalesce(known.present_since, greatest(excluded.present_since, known.seen_at)) END,
        seen_at = greatest(known.seen_at, excluded.seen_at))"};

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
            SELECT group_id FROM groups WHERE state = 'scheduled' AND scheduled_for <= $1
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
    auto rows = co_await database_.query(kStartDue, now);
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
    static constexpr Statement kFinish{"group_finish", R"(
        WITH over AS (
            UPDATE groups
            SET state = 'ended', ended_at = least($3, ends_at), end_reason = $2, version = version + 1, updated_at = $3
            WHERE group_id = $1 AND state = 'running' AND ($2 <> 'completed' OR ends_at <= $3)
            RETURNING group_id, host_id, kind, planned_seconds, started_at, ended_at),
        stretches AS (
            SELECT user_id, attended_ms, present_since,
                   CASE WHEN seen_at < ended_at - )" STALE_AFTER R"( THEN seen_at ELSE ended_at END AS present_until
            FROM group_attendance JOIN over USING (group_id)),
        sat AS (
            SELECT user_id, ((attended_ms + greatest(0, coalesce(
                       extract(epoch FROM present_until - present_since) * 1000, 0)))::bigint / 1000)::integer AS seconds
            FROM stretches),
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
        FROM over)"};
    static constexpr Statement kEnd{"group_end", R"(
        SELECT ended_at, end_reason FROM groups WHERE group_id = $1 AND state = 'ended')"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kFinish, id, reason, at, kLeastSeconds));
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
            WHERE present_since IS NOT NULL AND seen_at > $1)
        SELECT group_id FROM hostless WHERE group_id NOT IN (SELECT group_id FROM visited)
        ORDER BY ends_at LIMIT 100)"};
    auto rows = co_await database_.query(kListDeserted, now - kStaleAfter, now - kHostAway);
    std::vector<GroupId> deserted;
    for (auto row : rows) deserted.push_back(row.get<GroupId>(0));
    co_return deserted;
}

Awaitable<> GroupTimetable::record_joined(GroupId id, std::vector<Presence> joined, Timestamp now) {
    static constexpr Statement kJoined{"group_joined", R"(
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT 'group.joined', user_id, jsonb_build_object('groupId', $1::uuid), at
        FROM unnest($2::uuid[], $3::timestamptz[]) AS joined (user_id, at))"};
    auto columns = columns_of(joined);
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kJoined, id, columns.users, columns.at));
    queries.push_back(postgres::bind(kSeen, id, columns.users, columns.at, now));
    co_await database_.transaction(std::move(queries));
}

Awaitable<> GroupTimetable::record_seen(GroupId id, std::vector<Presence> seen, Timestamp now) {
    auto columns = columns_of(seen);
    co_await database_.query(kSeen, id, columns.users, columns.at, now);
}

Awaitable<> GroupTimetable::record_left(GroupId id, std::vector<Presence> left, Timestamp now) {
    static constexpr Statement kLeft{"group_left", R"(
        WITH departures AS (SELECT * FROM unnest($2::uuid[], $3::timestamptz[]) AS departures (user_id, at)),
        closed AS (
            UPDATE group_attendance AS known
            SET attended_ms = attended_ms + greatest(0, extract(epoch FROM at - present_since) * 1000)::bigint,
                present_since = NULL, seen_at = $4
            FROM departures
            WHERE known.user_id = departures.user_id AND known.group_id = $1 AND present_since IS NOT NULL)
        INSERT INTO outbox (type, user_id, payload, occurred_at)
        SELECT 'group.left', user_id, jsonb_build_object('groupId', $1::uuid), $4 FROM departures)"};
    auto columns = columns_of(left);
    co_await database_.query(kLeft, id, columns.users, columns.at, now);
}

MeditationSessionId group_session_id(GroupId group, UserId user) {
    std::string name(group.value.bytes.begin(), group.value.bytes.end());
    name.append(user.value.bytes.begin(), user.value.bytes.end());
    return {Uuid::from_name(name)};
}

}  // namespace mindspace::meditation
