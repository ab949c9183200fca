#include "services/meditation/session_store.h"

#include "platform/postgres/client.h"
#include "platform/postgres/hash_partition.h"
#include "platform/postgres/replicas.h"

namespace mindspace::meditation {

using postgres::PartitionedStatement;

namespace {

// Any number that no other advisory lock uses: "sweeping" in ASCII.
constexpr std::int64_t kSweepLock = 0x7377656570696E67;

// Shared by all statements below, so that every answer is read by read_session() and every event reads alike.
#define SESSION_COLUMNS                                                                                         \
    "session_id, status, kind, planned_seconds, duration_seconds, started_at, ended_at, local_date, timezone, " \
    "group_id, mood_before, mood_after, note, source, created_at, updated_at, version"

// The version that a new session begins with: consumers of events know a deleted one of that id, and only what is
// higher is news to them.
#define FIRST_VERSION(ID)                                                                                          \
    "coalesce((SELECT gone.version + 1 FROM deleted_sessions AS gone WHERE gone.user_id = $1 AND gone.session_id " \
    "= " ID "), 1)"

// Of a CTE named `changed` with SESSION_COLUMNS and user_id.
#define SESSION_EVENT(TYPE, VERSION, AT)                                                                         \
    "event AS (INSERT INTO outbox (type, user_id, payload, occurred_at) SELECT " TYPE                            \
    ", user_id, jsonb_build_object('id', session_id, 'version', " VERSION                                        \
    ", 'status', status, 'kind', kind, 'plannedSeconds', planned_seconds, 'durationSeconds', duration_seconds, " \
    "'startedAt', started_at, 'endedAt', ended_at, 'localDate', local_date, 'timezone', timezone, 'groupId', "   \
    "group_id, 'moodBefore', mood_before, 'moodAfter', mood_after, 'source', source), " AT " FROM changed)"

template <class E>
E enum_of(std::string_view name) {
    return schema::enum_value<E>(name).value();
}

std::optional<std::int16_t> narrow(std::optional<std::int32_t> mood) {
    if (!mood) return std::nullopt;
    return static_cast<std::int16_t>(*mood);
}

std::optional<std::int32_t> widen(std::optional<std::int16_t> mood) {
    if (!mood) return std::nullopt;
    return *mood;
}

MeditationSession read_session(const postgres::Row& row) {
    return MeditationSession{.id = row.get<MeditationSessionId>(0),
                             .status = enum_of<SessionStatus>(row.get<std::string_view>(1)),
                             .kind = enum_of<Kind>(row.get<std::string_view>(2)),
                             .planned_seconds = row.get<std::int32_t>(3),
                             .duration_seconds = row.get<std::optional<std::int32_t>>(4),
                             .started_at = row.get<Timestamp>(5),
                             .ended_at = row.get<std::optional<Timestamp>>(6),
                             .local_date = row.get<LocalDate>(7),
                             .timezone = row.get<std::string>(8),
                             .group_id = row.get<std::optional<GroupId>>(9),
                             .mood_before = widen(row.get<std::optional<std::int16_t>>(10)),
                             .mood_after = widen(row.get<std::optional<std::int16_t>>(11)),
                             .note = row.get<std::optional<std::string>>(12),
                             .source = enum_of<SessionSource>(row.get<std::string_view>(13)),
                             .created_at = row.get<Timestamp>(14),
                             .updated_at = row.get<Timestamp>(15),
                             .version = row.get<std::int32_t>(16)};
}

std::optional<MeditationSession> first_session(const postgres::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    return read_session(rows[0]);
}

}  // namespace

Awaitable<std::optional<MeditationSession>> SessionStore::insert_active(UserId user, MeditationSessionId id,
                                                                        StartSession request, Timestamp now) {
    // The user's id is that of their row, not $1: so a cluster sees that both rows lie on one worker.
    static const PartitionedStatement kInsert{"session_insert_active", R"(
        WITH changed AS (
            INSERT INTO meditation_sessions_N (user_id, session_id, status, kind, planned_seconds, started_at, local_date,
                                             timezone, mood_before, source, created_at, updated_at, version)
            SELECT zone.user_id, $2, 'active', $3, $4, $5,
                   (wall_time($5, zone.name) - make_interval(hours => zone.day_start_hour))::date,
                   zone.name, $6, 'live', $5, $5, )" FIRST_VERSION("$2") R"(
            FROM (SELECT user_id, coalesce($7, timezone) AS name, day_start_hour FROM users WHERE user_id = $1
                  FOR KEY SHARE) AS zone
            ON CONFLICT DO NOTHING
            RETURNING user_id, )" SESSION_COLUMNS "), " SESSION_EVENT("'session.started'", "version", "$5") R"(
        SELECT )" SESSION_COLUMNS " FROM changed"};
    auto rows = co_await database_.query(kInsert.of(user), user, id, schema::enum_name(request.kind),
                                         request.planned_seconds, now, narrow(request.mood_before), request.timezone);
    co_return first_session(rows);
}

Awaitable<std::optional<MeditationSession>> SessionStore::find(UserId user, MeditationSessionId id) {
    static const PartitionedStatement kFind{"session_find", "SELECT " SESSION_COLUMNS R"(
        FROM meditation_sessions_N WHERE user_id = $1 AND session_id = $2)"};
    auto rows = co_await database_.query(kFind.of(user), user, id);
    co_return first_session(rows);
}

Awaitable<std::optional<MeditationSession>> SessionStore::complete(UserId user, MeditationSessionId id,
                                                                   CompleteSession request, Timestamp now) {
    static const PartitionedStatement kComplete{"session_complete", R"(
        WITH changed AS (
            UPDATE meditation_sessions_N
            SET status = 'completed', ended_at = $3, updated_at = $3, version = version + 1,
                duration_seconds = coalesce($4, least(86400, floor(extract(epoch FROM $3 - started_at))::integer)),
                mood_after = $5, note = $6
            WHERE user_id = $1 AND session_id = $2 AND status = 'active'
              AND coalesce($4, 0) <= floor(extract(epoch FROM $3 - started_at))
            RETURNING user_id, )" SESSION_COLUMNS "), " SESSION_EVENT("'session.completed'", "version", "$3") R"(
        SELECT )" SESSION_COLUMNS " FROM changed"};
    auto rows = co_await database_.query(kComplete.of(user), user, id, now, request.duration_seconds,
                                         narrow(request.mood_after), request.note);
    co_return first_session(rows);
}

Awaitable<std::optional<MeditationSession>> SessionStore::abandon(UserId user, MeditationSessionId id, Timestamp now) {
    static const PartitionedStatement kAbandon{"session_abandon", R"(
        WITH changed AS (
            UPDATE meditation_sessions_N
            SET status = 'abandoned', ended_at = $3, updated_at = $3, version = version + 1
            WHERE user_id = $1 AND session_id = $2 AND status = 'active'
            RETURNING user_id, )" SESSION_COLUMNS "), " SESSION_EVENT("'session.abandoned'", "version", "$3") R"(
        SELECT )" SESSION_COLUMNS " FROM changed"};
    auto rows = co_await database_.query(kAbandon.of(user), user, id, now);
    co_return first_session(rows);
}

Awaitable<std::int64_t> SessionStore::abandon_overdue(Timestamp ended_by, Timestamp now, std::int32_t count) {
    // The end is reckoned where the sessions are found: a cluster lets no time zone into an UPDATE.
    static constexpr postgres::Statement kAbandon{"session_abandon_overdue", R"(
        WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($4) AS is_ours),
        overdue AS MATERIALIZED (
            SELECT user_id AS owner, session_id AS id, started_at + make_interval(secs => planned_seconds) AS planned_end
            FROM meditation_sessions
            WHERE status = 'active' AND started_at <= $1
              AND started_at + make_interval(secs => planned_seconds) <= $1 AND (SELECT is_ours FROM turn)
            ORDER BY started_at LIMIT $3),
        changed AS (
            UPDATE meditation_sessions
            SET status = 'abandoned', ended_at = planned_end, updated_at = $2, version = version + 1
            FROM overdue WHERE user_id = owner AND session_id = id AND status = 'active'
            RETURNING user_id, )" SESSION_COLUMNS "), " SESSION_EVENT("'session.abandoned'", "version", "$2") R"(
        SELECT count(*) FROM changed)"};
    auto rows = co_await database_.query(kAbandon, ended_by, now, static_cast<std::int64_t>(count), kSweepLock);
    co_return rows[0].get<std::int64_t>(0);
}

Awaitable<std::optional<MeditationSession>> SessionStore::update(UserId user, MeditationSessionId id,
                                                                 SessionPatch patch,
                                                                 std::optional<std::int32_t> expected_version,
                                                                 Timestamp now) {
    static const PartitionedStatement kUpdate{"session_update", R"(
        WITH changed AS (
            UPDATE meditation_sessions_N
            SET mood_after = CASE WHEN $4 THEN $5 ELSE mood_after END, note = CASE WHEN $6 THEN $7 ELSE note END,
                updated_at = $3, version = version + 1
            WHERE user_id = $1 AND session_id = $2 AND ($8::integer IS NULL OR version = $8)
              AND ($4 AND mood_after IS DISTINCT FROM $5 OR $6 AND note IS DISTINCT FROM $7)
            RETURNING user_id, )" SESSION_COLUMNS "), " SESSION_EVENT("'session.changed'", "version", "$3") R"(
        SELECT )" SESSION_COLUMNS " FROM changed"};
    auto rows = co_await database_.query(kUpdate.of(user), user, id, now, patch.mood_after.present,
                                         narrow(patch.mood_after.value), patch.note.present, patch.note.value,
                                         expected_version);
    co_return first_session(rows);
}

Awaitable<bool> SessionStore::erase(UserId user, MeditationSessionId id, std::optional<std::int32_t> expected_version,
                                    Timestamp now) {
    static const PartitionedStatement kErase{"session_erase", R"(
        WITH changed AS (
            DELETE FROM meditation_sessions_N
            WHERE user_id = $1 AND session_id = $2 AND ($4::integer IS NULL OR version = $4)
            RETURNING user_id, )" SESSION_COLUMNS "), " SESSION_EVENT("'session.deleted'", "version + 1", "$3") R"(,
        noted AS (
            INSERT INTO deleted_sessions (user_id, session_id, version)
            SELECT user_id, session_id, version + 1 FROM changed
            ON CONFLICT (user_id, session_id) DO UPDATE SET version = excluded.version)
        SELECT 1 FROM changed)"};
    auto rows = co_await database_.query(kErase.of(user), user, id, now, expected_version);
    co_return !rows.empty();
}

Awaitable<std::vector<MeditationSession>> SessionStore::list(UserId user, HistoryQuery filters, HistoryPosition after,
                                                             std::int32_t count) {
    static const PartitionedStatement kList{"session_list", "SELECT " SESSION_COLUMNS R"(
        FROM meditation_sessions_N
        WHERE user_id = $1 AND (started_at, session_id) < ($2, $3)
        ORDER BY started_at DESC, session_id DESC LIMIT $4)"};
    static const PartitionedStatement kListFiltered{"session_list_filtered", "SELECT " SESSION_COLUMNS R"(
        FROM meditation_sessions_N
        WHERE user_id = $1 AND (started_at, session_id) < ($2, $3)
          AND ($5::date IS NULL OR local_date >= $5) AND ($6::date IS NULL OR local_date <= $6)
          AND ($7::text IS NULL OR kind = $7) AND ($8::text IS NULL OR status = $8)
        ORDER BY started_at DESC, session_id DESC LIMIT $4)"};
    std::optional<std::string_view> kind;
    if (filters.kind) kind = schema::enum_name(*filters.kind);
    std::optional<std::string_view> status;
    if (filters.status) status = schema::enum_name(*filters.status);
    bool filtered = filters.from || filters.to || kind || status;
    auto limit = static_cast<std::int64_t>(count);
    auto rows = filtered ? co_await replicas_.query(user, kListFiltered.of(user), user, after.at, after.id, limit,
                                                    filters.from, filters.to, kind, status)
                         : co_await replicas_.query(user, kList.of(user), user, after.at, after.id, limit);
    std::vector<MeditationSession> sessions;
    sessions.reserve(rows.size());
    for (const auto row : rows) sessions.push_back(read_session(row));
    co_return sessions;
}

Awaitable<ImportOutcomes> SessionStore::import(UserId user, std::vector<ImportedSession> sessions, Timestamp now) {
    static const PartitionedStatement kInsert{"session_import", R"(
        WITH changed AS (
            INSERT INTO meditation_sessions_N (user_id, session_id, status, kind, planned_seconds, duration_seconds,
                                             started_at, ended_at, local_date, timezone, mood_before, mood_after, note,
                                             source, created_at, updated_at, version)
            SELECT $1, i.id, 'completed', i.kind, coalesce(i.planned, greatest(60, i.duration)), i.duration,
                   i.started_at, i.started_at + make_interval(secs => i.duration),
                   (wall_time(i.started_at, coalesce(i.zone, u.timezone))
                    - make_interval(hours => u.day_start_hour))::date,
                   coalesce(i.zone, u.timezone), i.mood_before, i.mood_after, i.note, 'import', $2, $2,
                   )" FIRST_VERSION("i.id") R"(
            FROM unnest($3::uuid[], $4::text[], $5::integer[], $6::integer[], $7::timestamptz[], $8::text[],
                        $9::smallint[], $10::smallint[], $11::text[])
                 AS i (id, kind, planned, duration, started_at, zone, mood_before, mood_after, note)
            JOIN users u ON u.user_id = $1
            FOR KEY SHARE OF u
            ON CONFLICT DO NOTHING
            RETURNING user_id, )" SESSION_COLUMNS "), " SESSION_EVENT("'session.completed'", "version", "$2") R"(
        SELECT session_id FROM changed)"};
    static const PartitionedStatement kOverlaps{"session_import_overlaps", R"(
        SELECT n.session_id, o.session_id
        FROM meditation_sessions_N n
        JOIN meditation_sessions_N o
          ON o.user_id = n.user_id AND o.session_id <> n.session_id AND o.status = 'completed'
         AND o.started_at > n.started_at - interval '1 day' AND o.started_at < n.ended_at AND o.ended_at > n.started_at
        WHERE n.user_id = $1 AND n.session_id = ANY ($2) AND n.created_at = $3
          AND 2 * extract(epoch FROM least(n.ended_at, o.ended_at) - greatest(n.started_at, o.started_at))
              > least(n.duration_seconds, o.duration_seconds)
        ORDER BY n.session_id, o.started_at, o.session_id)"};
    std::vector<MeditationSessionId> ids;
    std::vector<std::string> kinds;
    std::vector<std::optional<std::int32_t>> planned;
    std::vector<std::int32_t> durations;
    std::vector<Timestamp> starts;
    std::vector<std::optional<std::string>> zones;
    std::vector<std::optional<std::int16_t>> moods_before;
    std::vector<std::optional<std::int16_t>> moods_after;
    std::vector<std::optional<std::string>> notes;
    for (auto& session : sessions) {
        ids.push_back(session.id);
        kinds.emplace_back(schema::enum_name(session.kind));
        planned.push_back(session.planned_seconds);
        durations.push_back(session.duration_seconds);
        starts.push_back(session.started_at);
        zones.push_back(std::move(session.timezone));
        moods_before.push_back(narrow(session.mood_before));
        moods_after.push_back(narrow(session.mood_after));
        notes.push_back(std::move(session.note));
    }
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kInsert.of(user), user, now, ids, kinds, planned, durations, starts, zones,
                                     moods_before, moods_after, notes));
    queries.push_back(postgres::bind(kOverlaps.of(user), user, ids, now));
    auto answers = co_await database_.transaction(std::move(queries));
    ImportOutcomes outcomes;
    for (const auto row : answers[0]) outcomes.created.push_back(row.get<MeditationSessionId>(0));
    for (const auto row : answers[1])
        outcomes.overlaps.emplace_back(row.get<MeditationSessionId>(0), row.get<MeditationSessionId>(1));
    co_return outcomes;
}

}  // namespace mindspace::meditation
