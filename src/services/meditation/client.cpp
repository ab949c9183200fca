#include "services/meditation/client.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "services/meditation/rooms/live/profile_changes.h"

namespace mindspace::meditation {

using postgres::Statement;

namespace {

// How long after its planned end a session still counts as in progress, and how long after their last confirmation a
// participant still counts as present in a group: three refreshes by the node that holds their socket.
constexpr double kOvertimeSeconds = 300;
constexpr double kPresenceSeconds = 45;

template <class Database>
Awaitable<MeditatingNow> count_on(Database& database, Timestamp now) {
    static constexpr Statement kCount{"meditation_count_now", R"(
        WITH running AS (SELECT group_id FROM groups WHERE state = 'running' AND ends_at > $1),
        meditating AS (
            SELECT user_id FROM meditation_sessions
            WHERE status = 'active' AND started_at + make_interval(secs => planned_seconds + $2) > $1
            UNION
            SELECT user_id FROM group_attendance JOIN running USING (group_id)
            WHERE (left_at IS NULL OR left_at < seen_at) AND seen_at > $1 - make_interval(secs => $3))
        SELECT (SELECT count(*) FROM meditating), (SELECT count(*) FROM running))"};
    auto rows = co_await database.query(kCount, now, kOvertimeSeconds, kPresenceSeconds);
    co_return MeditatingNow{.people = rows[0].template get<std::int64_t>(0),
                            .groups = rows[0].template get<std::int64_t>(1)};
}

}  // namespace

postgres::Query rename_host(UserId host, Timestamp now) {
    static constexpr Statement kRename{"meditation_rename_host", R"(
        UPDATE groups SET host_name = display_name, version = groups.version + 1, updated_at = $2
        FROM user_directory WHERE host_id = $1 AND user_id = $1 AND host_name <> display_name)"};
    return postgres::bind(kRename, host, now);
}

Awaitable<> announce_profile(redis::Client& redis, UserId user, std::string display_name,
                             std::optional<std::string> avatar_url) {
    ProfileChange change{.user = user, .display_name = std::move(display_name), .avatar_url = std::move(avatar_url)};
    try {
        co_await publish(redis, std::move(change));
    } catch (const Unavailable&) {
        // The user's next entry announces it.
    }
}

Awaitable<MeditatingNow> count_meditating(postgres::Client& database, Timestamp now) {
    return count_on(database, now);
}

Awaitable<MeditatingNow> count_meditating(postgres::Session& session, Timestamp now) {
    return count_on(session, now);
}

}  // namespace mindspace::meditation
