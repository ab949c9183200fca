#include "services/analytics/projection.h"

#include "platform/postgres/session.h"
#include "services/analytics/streaks.h"

#include <vector>

namespace mindspace::analytics {

using postgres::Statement;

namespace {

// Any number that no other advisory lock uses: "analytic" in ASCII.
constexpr std::int64_t kProjectionLock = 0x616E616C79746963;

struct SessionEvents {
    std::vector<UserId> users;
    std::vector<bool> deleted;
    std::vector<postgres::Json> sessions;
};

// Days whose totals may not be right any more.
struct Days {
    std::vector<UserId> users;
    std::vector<LocalDate> dates;
};

SessionEvents session_events(std::span<const events::Event> events) {
    SessionEvents found;
    for (const auto& event : events) {
        if (!event.type.starts_with("session.")) continue;
        found.users.push_back(event.user);
        found.deleted.push_back(event.type == "session.deleted");
        found.sessions.push_back({event.payload});
    }
    return found;
}

// Only one batch at a time, whatever transport brings it: the next one sees all that this one has written. A plan made
// once would be for ten array elements and for the tables as small as they were then.
Awaitable<> take_turn(postgres::Session& session) {
    static constexpr Statement kLock{"analytics_take_turn", R"(
        SELECT set_config('plan_cache_mode', 'force_custom_plan', true) FROM pg_advisory_xact_lock($1))"};
    co_await session.query(kLock, kProjectionLock);
}

// Keeps what is newer than what is known; answers the days on which that makes a difference, before and after.
Awaitable<Days> keep_facts(postgres::Session& session, SessionEvents events) {
    static constexpr Statement kKeep{"analytics_keep_facts", R"(
        WITH news AS (
            SELECT DISTINCT ON (event.user_id, fact.id)
                   event.user_id, fact.id AS session_id, fact.version,
                   fact.status = 'completed' AND NOT event.deleted AS counts, fact."localDate" AS local_date,
                   extract(hour FROM fact."startedAt" AT TIME ZONE fact.timezone) AS local_hour, fact.kind,
                   coalesce(fact."durationSeconds", 0) AS duration_seconds, fact."moodBefore" AS mood_before,
                   fact."moodAfter" AS mood_after, fact."endedAt" AS ended_at
            FROM unnest($1::uuid[], $2::boolean[], $3::jsonb[]) AS event (user_id, deleted, session),
                 jsonb_to_record(event.session) AS fact (
                     id uuid, version integer, status text, kind text, timezone text, "localDate" date,
                     "startedAt" timestamptz, "endedAt" timestamptz, "durationSeconds" integer,
                     "moodBefore" smallint, "moodAfter" smallint)
            ORDER BY event.user_id, fact.id, fact.version DESC),
        known AS (
            SELECT user_id, session_id, known.counts, known.local_date
            FROM session_facts AS known JOIN news USING (user_id, session_id)),
        kept AS (
            INSERT INTO session_facts AS known (user_id, session_id, version, counts, local_date, local_hour, kind,
                                                duration_seconds, mood_before, mood_after, ended_at)
            SELECT user_id, session_id, version, counts, local_date, local_hour, kind, duration_seconds, mood_before,
                   mood_after, ended_at
            FROM news
            ON CONFLICT (user_id, session_id) DO UPDATE
            SET version = excluded.version, counts = excluded.counts, local_date = excluded.local_date,
                local_hour = excluded.local_hour, kind = excluded.kind, duration_seconds = excluded.duration_seconds,
                mood_before = excluded.mood_before, mood_after = excluded.mood_after, ended_at = excluded.ended_at
            WHERE known.version < excluded.version
            RETURNING user_id, session_id, counts, local_date)
        SELECT user_id, local_date FROM kept WHERE counts
        UNION
        SELECT user_id, known.local_date FROM kept JOIN known USING (user_id, session_id) WHERE known.counts)"};
    auto rows = co_await session.query(kKeep, events.users, events.deleted, events.sessions);
    Days days;
    for (auto row : rows) {
        days.users.push_back(row.get<UserId>(0));
        days.dates.push_back(row.get<LocalDate>(1));
    }
    co_return days;
}

Awaitable<> recompute(postgres::Session& session, Days days) {
    static constexpr Statement kClear{"analytics_clear_days", R"(
        DELETE FROM daily_totals USING unnest($1::uuid[], $2::date[]) AS day (user_id, local_date)
        WHERE daily_totals.user_id = day.user_id AND daily_totals.local_date = day.local_date)"};
    static constexpr Statement kAddUp{"analytics_add_up_days", R"(
        INSERT INTO daily_totals (user_id, local_date, kind, sessions, streak_sessions, seconds, mood_before_sum,
                                  mood_before_count, mood_after_sum, mood_after_count)
        SELECT user_id, local_date, kind, count(*), count(*) FILTER (WHERE duration_seconds >= $3),
               sum(duration_seconds), coalesce(sum(mood_before), 0), count(mood_before),
               coalesce(sum(mood_after), 0), count(mood_after)
        FROM unnest($1::uuid[], $2::date[]) AS day (user_id, local_date) JOIN session_facts USING (user_id, local_date)
        WHERE counts
        GROUP BY user_id, local_date, kind)"};
    co_await session.query(kClear, days.users, days.dates);
    co_await session.query(kAddUp, days.users, days.dates, kStreakSeconds);
}

}  // namespace

Awaitable<> project(postgres::Session& session, std::span<const events::Event> events) {
    auto news = session_events(events);
    if (news.users.empty()) co_return;
    co_await take_turn(session);
    auto days = co_await keep_facts(session, std::move(news));
    if (!days.users.empty()) co_await recompute(session, std::move(days));
}

}  // namespace mindspace::analytics
