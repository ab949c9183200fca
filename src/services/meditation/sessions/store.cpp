#include "services/meditation/sessions/store.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/partitions/hash_partition.h"
#include "platform/postgres/replicas/replicas.h"
#include "services/meditation/sessions/rows.h"

namespace mindspace::meditation {

using postgres::PartitionedStatement;

namespace {

// Any number that no other advisory lock uses: "sweeping" in ASCII.
constexpr std::int64_t kSweepLock = 0x7377656570696E67;

}  // namespace

Awaitable<std::optional<MeditationSession>> SessionStore::insert_active(UserId user, MeditationSessionId id,
                                                                        StartSession request, Timestamp now) {
    // The user's id comes from their row instead of $1, so that a cluster sees that both rows are on one worker.
    static const PartitionedStatement kInsert{
        "session_insert_active", postgres::sql(R"(
        WITH changed AS (
            INSERT INTO meditation_sessions_N (user_id, session_id, status, kind, planned_seconds, started_at, local_date,
                                             timezone, mood_before, source, created_at, updated_at)
            SELECT zone.user_id, $2, 'active', $3, $4, $5,
                   (wall_time($5, zone.name) - make_interval(hours => zone.day_start_hour))::date,
                   zone.name, $6, 'live', $5, $5
            FROM (SELECT user_id, coalesce($7, timezone) AS name, day_start_hour FROM user_directory
                  WHERE user_id = $1 FOR KEY SHARE) AS zone
            WHERE {}
            ON CONFLICT DO NOTHING
            RETURNING user_id, {}), {}
        SELECT {} FROM changed)",
                                               is_new("zone.user_id", "$2"), kSessionColumns,
                                               session_event("'session.started'", "version", "$5"), kSessionColumns)};
    auto rows = co_await database_.query(kInsert.of(user), user, id, schema::enum_name(request.kind),
                                         request.planned_seconds, now, to_int16(request.mood_before), request.timezone);
    co_return first_session(rows);
}

Awaitable<std::optional<MeditationSession>> SessionStore::find(UserId user, MeditationSessionId id) {
    static const PartitionedStatement kFind{"session_find", postgres::sql(R"(SELECT {}
        FROM meditation_sessions_N WHERE user_id = $1 AND session_id = $2)",
                                                                          kSessionColumns)};
    auto rows = co_await database_.query(kFind.of(user), user, id);
    co_return first_session(rows);
}

Awaitable<std::optional<MeditationSession>> SessionStore::complete(UserId user, MeditationSessionId id,
                                                                   CompleteSession request, Timestamp now) {
    static const PartitionedStatement kComplete{
        "session_complete",
        postgres::sql(R"(
        WITH changed AS (
            UPDATE meditation_sessions_N
            SET status = 'completed', ended_at = greatest($3, started_at), updated_at = $3, version = version + 1,
                duration_seconds = greatest(0, least($4, 86400, floor(extract(epoch FROM $3 - started_at))::integer)),
                mood_after = coalesce($5, mood_after), note = coalesce($6, note)
            WHERE user_id = $1 AND session_id = $2 AND status = 'active'
              AND coalesce($4, 0) <= floor(extract(epoch FROM $3 - started_at)) + $7
            RETURNING user_id, {}), {}
        SELECT {} FROM changed)",
                      kSessionColumns, session_event("'session.completed'", "version", "$3"), kSessionColumns)};
    auto rows = co_await database_.query(kComplete.of(user), user, id, now, request.duration_seconds,
                                         to_int16(request.mood_after), request.note,
                                         static_cast<std::int32_t>(kElapsedTolerance.count()));
    co_return first_session(rows);
}

Awaitable<std::optional<MeditationSession>> SessionStore::complete_lapsed(UserId user, MeditationSessionId id,
                                                                          CompleteSession request, Timestamp ended_at,
                                                                          Timestamp now) {
    static const PartitionedStatement kComplete{
        "session_complete_lapsed",
        postgres::sql(R"(
        WITH changed AS (
            UPDATE meditation_sessions_N
            SET status = 'completed', ended_at = $3, updated_at = $4, version = version + 1, duration_seconds = $5,
                mood_after = coalesce($6, mood_after), note = coalesce($7, note)
            WHERE user_id = $1 AND session_id = $2 AND status = 'abandoned' AND lapsed_at >= $8
            RETURNING user_id, {}), {}
        SELECT {} FROM changed)",
                      kSessionColumns, session_event("'session.completed'", "version", "$4"), kSessionColumns)};
    Timestamp earliest_lapse = now - kLateCompletionWindow;
    auto rows = co_await database_.query(kComplete.of(user), user, id, ended_at, now, request.duration_seconds,
                                         to_int16(request.mood_after), request.note, earliest_lapse);
    co_return first_session(rows);
}

Awaitable<std::optional<MeditationSession>> SessionStore::abandon(UserId user, MeditationSessionId id, Timestamp now) {
    static const PartitionedStatement kAbandon{
        "session_abandon",
        postgres::sql(R"(
        WITH changed AS (
            UPDATE meditation_sessions_N
            SET status = 'abandoned', ended_at = $3, updated_at = $3, version = version + 1
            WHERE user_id = $1 AND session_id = $2 AND status = 'active'
            RETURNING user_id, {}), {}
        SELECT {} FROM changed)",
                      kSessionColumns, session_event("'session.abandoned'", "version", "$3"), kSessionColumns)};
    auto rows = co_await database_.query(kAbandon.of(user), user, id, now);
    co_return first_session(rows);
}

Awaitable<std::int64_t> SessionStore::abandon_overdue(Timestamp ended_by, Timestamp now, std::int32_t count) {
    // The end is computed where the sessions are selected: a cluster does not allow time zones in an UPDATE.
    static constexpr postgres::ComposedStatement kAbandon{"session_abandon_overdue", R"(
        WITH sweep_lock AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($4) AS acquired),
        overdue AS MATERIALIZED (
            SELECT user_id AS owner, session_id AS id, started_at + make_interval(secs => planned_seconds) AS planned_end
            FROM meditation_sessions
            WHERE status = 'active' AND started_at <= $1
              AND started_at + make_interval(secs => planned_seconds) <= $1 AND (SELECT acquired FROM sweep_lock)
            ORDER BY started_at LIMIT $3),
        changed AS (
            UPDATE meditation_sessions
            SET status = 'abandoned', ended_at = planned_end, lapsed_at = $2, updated_at = $2, version = version + 1
            FROM overdue WHERE user_id = owner AND session_id = id AND status = 'active'
            RETURNING user_id, {}), {}
        SELECT count(*) FROM changed)",
                                                          kSessionColumns,
                                                          session_event("'session.abandoned'", "version", "$2")};
    auto rows = co_await database_.query(kAbandon, ended_by, now, static_cast<std::int64_t>(count), kSweepLock);
    co_return rows[0].get<std::int64_t>(0);
}

Awaitable<std::optional<MeditationSession>> SessionStore::update(UserId user, MeditationSessionId id,
                                                                 SessionPatch patch,
                                                                 std::optional<std::int32_t> expected_version,
                                                                 Timestamp now) {
    static const PartitionedStatement kUpdate{
        "session_update",
        postgres::sql(R"(
        WITH changed AS (
            UPDATE meditation_sessions_N
            SET mood_after = CASE WHEN $4 THEN $5 ELSE mood_after END, note = CASE WHEN $6 THEN $7 ELSE note END,
                updated_at = $3, version = version + 1
            WHERE user_id = $1 AND session_id = $2 AND ($8::integer IS NULL OR version = $8)
              AND ($4 AND mood_after IS DISTINCT FROM $5 OR $6 AND note IS DISTINCT FROM $7)
            RETURNING user_id, {}), {}
        SELECT {} FROM changed)",
                      kSessionColumns, session_event("'session.changed'", "version", "$3"), kSessionColumns)};
    auto rows = co_await database_.query(kUpdate.of(user), user, id, now, patch.mood_after.present,
                                         to_int16(patch.mood_after.value), patch.note.present, patch.note.value,
                                         expected_version);
    co_return first_session(rows);
}

Awaitable<bool> SessionStore::erase(UserId user, MeditationSessionId id, std::optional<std::int32_t> expected_version,
                                    Timestamp now) {
    static const PartitionedStatement kErase{
        "session_erase", postgres::sql(R"(
        WITH changed AS (
            DELETE FROM meditation_sessions_N
            WHERE user_id = $1 AND session_id = $2 AND ($4::integer IS NULL OR version = $4)
            RETURNING user_id, {}), {},
        recorded AS (
            INSERT INTO deleted_sessions (user_id, session_id, version)
            SELECT user_id, session_id, version + 1 FROM changed
            ON CONFLICT (user_id, session_id) DO UPDATE SET version = excluded.version)
        SELECT 1 FROM changed)",
                                       kSessionColumns, session_event("'session.deleted'", "version + 1", "$3"))};
    auto rows = co_await database_.query(kErase.of(user), user, id, now, expected_version);
    co_return !rows.empty();
}

Awaitable<std::vector<MeditationSession>> SessionStore::list(UserId user, HistoryQuery filters, HistoryPosition after,
                                                             std::int32_t count) {
    static const PartitionedStatement kList{"session_list", postgres::sql(R"(SELECT {}
        FROM meditation_sessions_N
        WHERE user_id = $1 AND (started_at, session_id) < ($2, $3)
        ORDER BY started_at DESC, session_id DESC LIMIT $4)",
                                                                          kSessionColumns)};
    static const PartitionedStatement kListFiltered{"session_list_filtered", postgres::sql(R"(SELECT {}
        FROM meditation_sessions_N
        WHERE user_id = $1 AND (started_at, session_id) < ($2, $3)
          AND ($5::date IS NULL OR local_date >= $5) AND ($6::date IS NULL OR local_date <= $6)
          AND ($7::text IS NULL OR kind = $7) AND ($8::text IS NULL OR status = $8)
        ORDER BY started_at DESC, session_id DESC LIMIT $4)",
                                                                                           kSessionColumns)};
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

Awaitable<std::vector<SessionVersion>> SessionStore::list_versions(UserId user, HistoryPosition after,
                                                                   std::int32_t count) {
    static const PartitionedStatement kList{"session_list_versions", R"(SELECT session_id, version
        FROM meditation_sessions_N
        WHERE user_id = $1 AND (started_at, session_id) < ($2, $3)
        ORDER BY started_at DESC, session_id DESC LIMIT $4)"};
    const auto rows = co_await replicas_.query(user, kList.of(user), user, after.at, after.id, std::int64_t{count});
    std::vector<SessionVersion> versions;
    versions.reserve(rows.size());
    for (const auto row : rows)
        versions.push_back({.id = row.get<MeditationSessionId>(0), .version = row.get<std::int32_t>(1)});
    co_return versions;
}

Awaitable<bool> SessionStore::was_deleted(UserId user, MeditationSessionId id) {
    static constexpr postgres::Statement kFind{"session_was_deleted", R"(
        SELECT FROM deleted_sessions WHERE user_id = $1 AND session_id = $2)"};
    auto rows = co_await database_.query(kFind, user, id);
    co_return !rows.empty();
}

Awaitable<KnownSessions> SessionStore::find_known(UserId user, std::vector<MeditationSessionId> ids) {
    static const PartitionedStatement kExisting{"session_find_known", postgres::sql(R"(SELECT {}
        FROM meditation_sessions_N WHERE user_id = $1 AND session_id = ANY ($2))",
                                                                                    kSessionColumns)};
    static constexpr postgres::Statement kDeleted{"session_find_deleted", R"(
        SELECT session_id FROM deleted_sessions WHERE user_id = $1 AND session_id = ANY ($2))"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kExisting.of(user), user, ids));
    queries.push_back(postgres::bind(kDeleted, user, ids));
    auto results = co_await imports_.transaction(std::move(queries));
    KnownSessions known;
    for (const auto row : results[0]) known.existing.push_back(read_session(row));
    for (const auto row : results[1]) known.deleted.push_back(row.get<MeditationSessionId>(0));
    co_return known;
}

}  // namespace mindspace::meditation
