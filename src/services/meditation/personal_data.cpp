#include "platform/postgres/values/sql.h"
#include "services/meditation/client.h"
#include "services/meditation/groups/attendance_rows.h"
#include "services/meditation/rooms/order/order.h"

namespace mindspace::meditation {

using postgres::ComposedStatement;
using postgres::Statement;
using privacy::EndedAccount;
using privacy::Queries;

namespace {

// The host's name in groups whose host has deleted their account.
constexpr std::string_view kDeletedHostName = "Deleted account";
constexpr std::string_view kDefaultTitle = "Group meditation";

constexpr Statement kListSessions{"meditation_export_sessions", R"(
    SELECT session_id::text, json_build_object(
               'id', session_id, 'status', status, 'kind', kind, 'plannedSeconds', planned_seconds,
               'durationSeconds', duration_seconds, 'startedAt', json_time(started_at),
               'endedAt', json_time(ended_at), 'localDate', local_date, 'timezone', timezone,
               'groupId', group_id, 'moodBefore', mood_before, 'moodAfter', mood_after, 'note', note,
               'source', source, 'createdAt', json_time(created_at), 'updatedAt', json_time(updated_at))::text
    FROM meditation_sessions WHERE user_id = $1 AND session_id > after_id($2)
    ORDER BY meditation_sessions.session_id LIMIT $3)"};
constexpr Statement kListDeleted{"meditation_export_deleted", R"(
    SELECT session_id::text, json_build_object('id', session_id, 'version', version)::text
    FROM deleted_sessions WHERE user_id = $1 AND session_id > after_id($2)
    ORDER BY deleted_sessions.session_id LIMIT $3)"};
constexpr Statement kListGroups{"meditation_export_groups", R"(
    SELECT group_id::text, json_build_object(
               'id', group_id, 'title', title, 'description', description, 'kind', kind,
               'plannedSeconds', planned_seconds, 'scheduledFor', json_time(scheduled_for),
               'visibility', visibility, 'maxParticipants', max_participants, 'hostName', host_name,
               'state', state, 'startedAt', json_time(started_at), 'endsAt', json_time(ends_at),
               'endedAt', json_time(ended_at), 'createdAt', json_time(created_at),
               'updatedAt', json_time(updated_at))::text
    FROM groups WHERE host_id = $1 AND group_id > after_id($2) ORDER BY groups.group_id LIMIT $3)"};
constexpr ComposedStatement kListAttendance{"meditation_export_attendance", R"(
    SELECT group_id::text, json_build_object(
               'groupId', group_id, 'attendedSeconds', (
                   SELECT coalesce(floor(sum(extract(epoch FROM upper(present_range) - lower(present_range)) - 10)), 0)::integer
                   FROM unnest(present + {}) AS present_range),
               'seenAt', json_time(seen_at), 'leftAt', json_time(left_at))::text
    FROM group_attendance WHERE user_id = $1 AND group_id > after_id($2)
    ORDER BY group_attendance.group_id LIMIT $3)",
                                            attendance_of_previous_version("group_attendance")};

constexpr Statement kEraseSessions{"meditation_erase_sessions", "DELETE FROM meditation_sessions WHERE user_id = $1"};
constexpr Statement kEraseDeleted{"meditation_erase_deleted_sessions",
                                  "DELETE FROM deleted_sessions WHERE user_id = $1"};
constexpr Statement kEraseAttendance{"meditation_erase_attendance", "DELETE FROM group_attendance WHERE user_id = $1"};

// Groups that the user hosts are not taken from their participants: a running group continues to its end and an ended
// one stays, both without the host's name and text; a scheduled one is cancelled. Returns the cancelled groups.
Queries leave_groups(const EndedAccount& account) {
    static constexpr Statement kLeave{"meditation_leave_groups", R"(
        WITH changed AS (
            UPDATE groups
            SET state = CASE state WHEN 'scheduled' THEN 'cancelled' ELSE state END,
                ended_at = CASE state WHEN 'scheduled' THEN $2 ELSE ended_at END,
                host_name = $3, title = $4, description = NULL, version = version + 1, updated_at = $2
            WHERE host_id = $1
            RETURNING group_id, state, ended_at)
        SELECT group_id FROM changed WHERE state = 'cancelled' AND ended_at = $2)"};
    Queries queries;
    queries.push_back(postgres::bind(kLeave, account.user, account.at, kDeletedHostName, kDefaultTitle));
    return queries;
}

// Notifies the participants in the rooms of cancelled groups.
Awaitable<> announce_cancelled(redis::Client& redis, EndedAccount account, postgres::Rows cancelled) {
    RoomOrder order(redis);
    try {
        for (const auto row : cancelled) {
            const RoomFacts facts{
                .group = row.get<GroupId>(0), .state = GroupState::ended, .starts_at = {}, .ends_at = {}};
            auto end = make_end(account.at, EventReason::host);
            co_await order.announce(facts, std::move(end));
        }
    } catch (const Unavailable&) {  // they are notified when the room is next compared with PostgreSQL
    }
}

}  // namespace

privacy::PersonalTables personal_data() {
    using privacy::erase_by_user;
    return {{.table = "meditation_sessions",
             .member = "sessions",
             .page = &kListSessions,
             .erase = &erase_by_user<kEraseSessions>},
            {.table = "deleted_sessions",
             .member = "deletedSessions",
             .page = &kListDeleted,
             .erase = &erase_by_user<kEraseDeleted>},
            {.table = "groups",
             .member = "groupsHosted",
             .page = &kListGroups,
             .erase = &leave_groups,
             .announce = &announce_cancelled},
            {.table = "group_attendance",
             .member = "groupAttendance",
             .page = &kListAttendance,
             .erase = &erase_by_user<kEraseAttendance>}};
}

}  // namespace mindspace::meditation
