#include "services/meditation/client.h"

#include "platform/postgres/connection/client.h"
#include "services/meditation/rooms/live/profile_changes.h"
#include "services/meditation/rooms/order/order.h"

namespace mindspace::meditation {

using postgres::Statement;

namespace {

// Of groups whose host has deleted their account.
constexpr std::string_view kNobody = "Deleted account";
constexpr std::string_view kUntitled = "Group meditation";

}  // namespace

std::vector<postgres::Query> erase_user(UserId user, Timestamp now) {
    static constexpr Statement kLeaveGroups{"meditation_leave_groups", R"(
        WITH changed AS (
            UPDATE groups
            SET state = CASE state WHEN 'scheduled' THEN 'cancelled' ELSE state END,
                ended_at = CASE state WHEN 'scheduled' THEN $2 ELSE ended_at END,
                host_name = $3, title = $4, description = NULL, version = version + 1, updated_at = $2
            WHERE host_id = $1
            RETURNING group_id, state, ended_at)
        SELECT group_id FROM changed WHERE state = 'cancelled' AND ended_at = $2)"};
    static constexpr Statement kEraseSessions{"meditation_erase_sessions",
                                              "DELETE FROM meditation_sessions WHERE user_id = $1"};
    static constexpr Statement kEraseAttendance{"meditation_erase_attendance",
                                                "DELETE FROM group_attendance WHERE user_id = $1"};
    static constexpr Statement kEraseDeleted{"meditation_erase_deleted_sessions",
                                             "DELETE FROM deleted_sessions WHERE user_id = $1"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kLeaveGroups, user, now, kNobody, kUntitled));
    queries.push_back(postgres::bind(kEraseSessions, user));
    queries.push_back(postgres::bind(kEraseAttendance, user));
    queries.push_back(postgres::bind(kEraseDeleted, user));
    return queries;
}

postgres::Query rename_host(UserId host, Timestamp now) {
    static constexpr Statement kRename{"meditation_rename_host", R"(
        UPDATE groups SET host_name = display_name, version = groups.version + 1, updated_at = $2
        FROM users WHERE host_id = $1 AND user_id = $1 AND host_name <> display_name)"};
    return postgres::bind(kRename, host, now);
}

Awaitable<> announce_profile(redis::Client& redis, UserId user, std::string display_name,
                             std::optional<std::string> avatar_url) {
    ProfileChange change{.user = user, .display_name = std::move(display_name), .avatar_url = std::move(avatar_url)};
    try {
        co_await publish(redis, std::move(change));
    } catch (const Unavailable&) {
        // The user's next entry brings it.
    }
}

std::vector<GroupId> read_cancelled(const postgres::Rows& rows) {
    std::vector<GroupId> groups;
    for (const auto row : rows) groups.push_back(row.get<GroupId>(0));
    return groups;
}

Awaitable<> announce_cancelled(redis::Client& redis, std::vector<GroupId> groups, Timestamp now) {
    RoomOrder order(redis);
    try {
        for (auto group : groups) {
            RoomFacts facts{.group = group, .state = GroupState::ended, .starts_at = {}, .ends_at = {}};
            co_await order.announce(facts, make_end(now, EventReason::host));
        }
    } catch (const Unavailable&) {
        // Those who wait in a room hear of it when it is next compared with PostgreSQL.
    }
}

}  // namespace mindspace::meditation
