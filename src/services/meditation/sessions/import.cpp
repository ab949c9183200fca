// The statements of an import: import_queries(), which may run on any thread, and SessionStore::import().

#include "platform/postgres/connection/client.h"
#include "platform/postgres/partitions/hash_partition.h"
#include "services/meditation/sessions/rows.h"
#include "services/meditation/sessions/store.h"
#include "services/user/client.h"

namespace mindspace::meditation {

using postgres::PartitionedStatement;

std::vector<postgres::Query> import_queries(UserId user, std::vector<ImportedSession> sessions, Timestamp now) {
    static const PartitionedStatement kInsert{"session_import",
                                              postgres::sql(R"(
        WITH news AS (
            SELECT DISTINCT ON (i.id)
                   u.user_id, i.*, coalesce(i.zone, u.timezone) AS timezone,
                   (wall_time(i.started_at, coalesce(i.zone, u.timezone))
                    - make_interval(hours => u.day_start_hour))::date AS local_date
            FROM unnest($3::uuid[], $4::text[], $5::integer[], $6::integer[], $7::timestamptz[], $8::text[],
                        $9::smallint[], $10::smallint[], $11::text[]) WITH ORDINALITY
                 AS i (id, kind, planned, duration, started_at, zone, mood_before, mood_after, note, ordinal)
            JOIN user_directory AS u ON u.user_id = $1
            WHERE {}
            ORDER BY i.id, i.ordinal),
        dates AS (
            SELECT user_id, local_date,
                   (SELECT count(*) FROM (SELECT FROM meditation_sessions_N AS existing
                                          WHERE existing.user_id = date.user_id AND existing.local_date = date.local_date
                                          LIMIT $12) AS stored) AS taken
            FROM (SELECT DISTINCT user_id, local_date FROM news) AS date),
        numbered AS (
            SELECT news.*, taken + row_number() OVER (PARTITION BY local_date ORDER BY ordinal) AS number
            FROM news JOIN dates USING (user_id, local_date)),
        changed AS (
            INSERT INTO meditation_sessions_N (user_id, session_id, status, kind, planned_seconds, duration_seconds,
                                             started_at, ended_at, local_date, timezone, mood_before, mood_after, note,
                                             source, created_at, updated_at)
            SELECT user_id, id, 'completed', kind, coalesce(planned, greatest(60, duration)), duration, started_at,
                   started_at + make_interval(secs => duration), local_date, timezone, mood_before, mood_after, note,
                   'import', $2, $2
            FROM numbered WHERE number <= $12
            ON CONFLICT DO NOTHING
            RETURNING user_id, {}), {}
        SELECT session_id FROM changed)",
                                                            is_new("u.user_id", "i.id"), kSessionColumns,
                                                            session_event("'session.completed'", "version", "$2"))};
    // Examines at most the 200 sessions before the end of each.
    static const PartitionedStatement kOverlaps{"session_import_overlaps", R"(
        SELECT n.session_id, o.session_id
        FROM meditation_sessions_N AS n CROSS JOIN LATERAL (
            SELECT prior.session_id, shared
            FROM (SELECT session_id, status, started_at, ended_at, duration_seconds
                  FROM meditation_sessions_N AS earlier
                  WHERE earlier.user_id = n.user_id AND earlier.started_at < n.ended_at
                    AND earlier.started_at > n.started_at - interval '1 day'
                  ORDER BY earlier.started_at DESC, earlier.session_id DESC LIMIT 200) AS prior,
                 LATERAL extract(epoch FROM least(n.ended_at, prior.ended_at) - greatest(n.started_at, prior.started_at))
                     AS shared
            WHERE prior.session_id <> n.session_id AND prior.status = 'completed'
              AND 2 * shared > least(n.duration_seconds, prior.duration_seconds) AND shared > 0
            ORDER BY shared DESC, prior.started_at, prior.session_id LIMIT 5) AS o
        WHERE n.user_id = $1 AND n.session_id = ANY ($2) AND n.created_at = $3
        ORDER BY n.session_id, o.shared DESC, o.session_id)"};
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
        moods_before.push_back(to_int16(session.mood_before));
        moods_after.push_back(to_int16(session.mood_after));
        notes.push_back(std::move(session.note));
    }
    std::vector<postgres::Query> queries;
    queries.push_back(user::lock_user(user));  // one import at a time: the sessions of a date are counted
    queries.push_back(postgres::bind(kInsert.of(user), user, now, ids, kinds, planned, durations, starts, zones,
                                     moods_before, moods_after, notes, kMaxSessionsPerLocalDate));
    queries.push_back(postgres::bind(kOverlaps.of(user), user, ids, now));
    return queries;
}

Awaitable<ImportOutcomes> SessionStore::import(std::vector<postgres::Query> queries) {
    auto results = co_await imports_.transaction(std::move(queries));
    ImportOutcomes outcomes;
    for (const auto row : results[1]) outcomes.created.push_back(row.get<MeditationSessionId>(0));
    for (const auto row : results[2])
        outcomes.overlaps.emplace_back(row.get<MeditationSessionId>(0), row.get<MeditationSessionId>(1));
    co_return outcomes;
}

}  // namespace mindspace::meditation
