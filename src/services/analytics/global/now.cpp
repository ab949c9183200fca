#include "services/analytics/global/now.h"

#include "platform/base/result.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "services/meditation/client.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace mindspace::analytics {

using postgres::Statement;

namespace {

// How long after its planned end somebody's session is still taken for one that goes on, and how long after the last
// sign of life somebody is still taken to be with a group: three of the refreshes by the node that holds their socket.
constexpr double kOvertimeSeconds = 300;
constexpr double kPresenceSeconds = 45;

constexpr std::string_view kKey = "analytics:now";
constexpr std::string_view kTtlMilliseconds = "2000";

// People, not sessions: who sits with a group and has a session of their own counts once.
constexpr Statement kCountNow{"analytics_count_now", R"(
    WITH running AS (SELECT group_id FROM groups WHERE state = 'running' AND ends_at > $1),
    meditating AS (
        SELECT user_id FROM meditation_sessions
        WHERE status = 'active' AND started_at + make_interval(secs => planned_seconds + $2) > $1
        UNION
        SELECT user_id FROM group_attendance JOIN running USING (group_id)
        WHERE (left_at IS NULL OR left_at < seen_at) AND seen_at > $1 - make_interval(secs => $3))
    SELECT (SELECT count(*) FROM meditating), (SELECT count(*) FROM running))"};

template <class Database>
Awaitable<Now> count_on(Database& database, Timestamp now) {
    auto rows = co_await database.query(kCountNow, now, kOvertimeSeconds, kPresenceSeconds);
    co_return Now{.meditating = rows[0].template get<std::int64_t>(0),
                  .groups_running = rows[0].template get<std::int64_t>(1),
                  .connections = {},
                  .as_of = now};
}

// Four numbers between spaces.
std::optional<Now> parse(std::string_view text) {
    std::array<std::int64_t, 4> numbers{};
    const char* at = text.data();
    const char* end = at + text.size();
    for (auto& number : numbers) {
        if (at != end && *at == ' ') ++at;
        auto [rest, failure] = std::from_chars(at, end, number);
        if (failure != std::errc{}) return std::nullopt;
        at = rest;
    }
    if (at != end) return std::nullopt;
    return Now{.meditating = numbers[0],
               .groups_running = numbers[1],
               .connections = numbers[2],
               .as_of = Timestamp(Milliseconds(numbers[3]))};
}

}  // namespace

Awaitable<Now> count_now(postgres::Client& database, Timestamp now) {
    return count_on(database, now);
}

Awaitable<Now> count_now(postgres::Session& session, Timestamp now) {
    return count_on(session, now);
}

Awaitable<> LiveStatsCache::publish(Now now) {
    try {
        auto connections = co_await meditation::count_connections(redis_);
        auto text = fmt::format("{} {} {} {}", now.meditating, now.groups_running, connections,
                                now.as_of.time_since_epoch().count());
        co_await redis_.command({"SET", kKey, text, "PX", kTtlMilliseconds});
    } catch (const Unavailable&) {
        // Every node counts for itself.
    }
}

Awaitable<std::optional<Now>> LiveStatsCache::find() {
    try {
        auto reply = co_await redis_.command({"GET", kKey});
        if (reply.is_null()) co_return std::nullopt;
        co_return parse(reply.as_string());
    } catch (const Unavailable&) {
        co_return std::nullopt;
    }
}

}  // namespace mindspace::analytics
