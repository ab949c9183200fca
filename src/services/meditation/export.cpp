#include "services/meditation/client.h"
#include "services/meditation/groups/attendance_rows.h"

namespace mindspace::meditation {

using postgres::JsonList;
using postgres::Statement;

std::vector<JsonList> export_lists() {
    static constexpr Statement kSessions{"meditation_export_sessions", R"(
        SELECT session_id::text, json_build_object(
                   'id', session_id, 'status', status, 'kind', kind, 'plannedSeconds', planned_seconds,
                   'durationSeconds', duration_seconds, 'startedAt', )" JSON_TIME("started_at") R"(,
                   'endedAt', )" JSON_TIME("ended_at") R"(, 'localDate', local_date, 'timezone', timezone,
                   'groupId', group_id, 'moodBefore', mood_before, 'moodAfter', mood_after, 'note', note,
                   'source', source, 'createdAt', )" JSON_TIME("created_at") R"(,
                   'updatedAt', )" JSON_TIME("updated_at") R"()::text
        FROM meditation_sessions WHERE user_id = $1 AND session_id > )" JSON_AFTER_ID R"(
        ORDER BY session_id LIMIT $3)"};
    static constexpr Statement kDeleted{"meditation_export_deleted", R"(
        SELECT session_id::text, json_build_object('id', session_id, 'version', version)::text
        FROM deleted_sessions WHERE user_id = $1 AND session_id > )" JSON_AFTER_ID " ORDER BY session_id LIMIT $3"};
    static constexpr Statement kGroups{"meditation_export_groups", R"(
        SELECT group_id::text, json_build_object(
                   'id', group_id, 'title', title, 'description', description, 'kind', kind,
                   'plannedSeconds', planned_seconds, 'scheduledFor', )" JSON_TIME("scheduled_for") R"(,
                   'visibility', visibility, 'maxParticipants', max_participants, 'hostName', host_name,
                   'state', state, 'startedAt', )" JSON_TIME("started_at") R"(,
                   'endsAt', )" JSON_TIME("ends_at") R"(, 'endedAt', )" JSON_TIME("ended_at") R"(,
                   'createdAt', )" JSON_TIME("created_at") R"(, 'updatedAt', )" JSON_TIME("updated_at") R"()::text
        FROM groups WHERE host_id = $1 AND group_id > )" JSON_AFTER_ID " ORDER BY group_id LIMIT $3"};
    static constexpr Statement kAttendance{"meditation_export_attendance", R"(
        SELECT group_id::text, json_build_object(
                   'groupId', group_id, 'attendedSeconds', (
                       SELECT coalesce(floor(sum(extract(epoch FROM upper(stretch) - lower(stretch)) - 10)), 0)::integer
                       FROM unnest(present + )" TOLD_BY_THE_VERSION_BEFORE("group_attendance") R"() AS stretch),
                   'seenAt', )" JSON_TIME("seen_at") R"(, 'leftAt', )" JSON_TIME("left_at") R"()::text
        FROM group_attendance WHERE user_id = $1 AND group_id > )" JSON_AFTER_ID " ORDER BY group_id LIMIT $3"};
    return {{.name = "sessions", .page = &kSessions},
            {.name = "deletedSessions", .page = &kDeleted},
            {.name = "groupsHosted", .page = &kGroups},
            {.name = "groupAttendance", .page = &kAttendance}};
}

}  // namespace mindspace::meditation
