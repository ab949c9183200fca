#pragma once
// How rows of meditation_sessions are read and how their changes are written to the outbox, for the statements of the
// session store.

#include "platform/postgres/values/rows.h"
#include "platform/postgres/values/sql.h"
#include "services/meditation/sessions/types.h"

namespace mindspace::meditation {

// Shared by all statements of sessions, so that read_session() reads every result and all events have the same form.
inline constexpr char kSessionColumns[] =
    "session_id, status, kind, planned_seconds, duration_seconds, started_at, ended_at, local_date, timezone, "
    "group_id, mood_before, mood_after, note, source, created_at, updated_at, version, lapsed_at";

// Whether an id has never been used. Both tables are read in one snapshot: an id that is being deleted is in one of
// them, as a session or as a deleted one.
template <std::size_t N, std::size_t M>
consteval auto is_new(const char (&owner)[N], const char (&id)[M]) {
    return postgres::sql(
        "NOT EXISTS (SELECT FROM meditation_sessions_N AS known WHERE known.user_id = {} AND known.session_id = {}) "
        "AND NOT EXISTS (SELECT FROM deleted_sessions AS deleted WHERE deleted.user_id = {} AND deleted.session_id = "
        "{})",
        owner, id, owner, id);
}

// A CTE that writes the event of a change: it follows one named `changed` with kSessionColumns and user_id.
template <std::size_t N, std::size_t M, std::size_t L>
consteval auto session_event(const char (&type)[N], const char (&version)[M], const char (&at)[L]) {
    return postgres::sql(
        "event AS (INSERT INTO outbox (type, user_id, payload, occurred_at) SELECT {}, user_id, "
        "jsonb_build_object('id', session_id, 'version', {}, 'status', status, 'kind', kind, 'plannedSeconds', "
        "planned_seconds, 'durationSeconds', duration_seconds, 'startedAt', started_at, 'endedAt', ended_at, "
        "'localDate', local_date, 'timezone', timezone, 'groupId', group_id, 'moodBefore', mood_before, 'moodAfter', "
        "mood_after, 'source', source), {} FROM changed)",
        type, version, at);
}

template <class E>
E enum_of(std::string_view name) {
    return schema::enum_value<E>(name).value();
}

inline std::optional<std::int16_t> to_int16(std::optional<std::int32_t> mood) {
    if (!mood) return std::nullopt;
    return static_cast<std::int16_t>(*mood);
}

inline std::optional<std::int32_t> to_int32(std::optional<std::int16_t> mood) {
    if (!mood) return std::nullopt;
    return *mood;
}

inline MeditationSession read_session(const postgres::Row& row) {
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
                             .mood_before = to_int32(row.get<std::optional<std::int16_t>>(10)),
                             .mood_after = to_int32(row.get<std::optional<std::int16_t>>(11)),
                             .note = row.get<std::optional<std::string>>(12),
                             .source = enum_of<SessionSource>(row.get<std::string_view>(13)),
                             .created_at = row.get<Timestamp>(14),
                             .updated_at = row.get<Timestamp>(15),
                             .version = row.get<std::int32_t>(16),
                             .lapsed_at = row.get<std::optional<Timestamp>>(17)};
}

inline std::optional<MeditationSession> first_session(const postgres::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    return read_session(rows[0]);
}

}  // namespace mindspace::meditation
