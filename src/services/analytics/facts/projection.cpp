#include "services/analytics/facts/projection.h"

#include "platform/postgres/connection/session.h"
#include "platform/postgres/values/sql.h"
#include "services/analytics/facts/accounts.h"
#include "services/analytics/facts/session_facts.h"
#include "services/analytics/statistics/lifetimes.h"
#include "services/analytics/statistics/streaks.h"
#include "services/analytics/verification/truth.h"

#include <boost/json/parse.hpp>

#include <set>
#include <utility>
#include <vector>

namespace mindspace::analytics {

using postgres::ComposedStatement;
using postgres::Statement;

namespace {

// Any number that no other advisory lock uses: "analytic" in ASCII.
constexpr std::int64_t kProjectionLock = 0x616E616C79746963;

// Days whose totals may be outdated.
struct Days {
    std::vector<UserId> users;
    std::vector<LocalDate> dates;
};

struct VerificationMarks {
    std::vector<UserId> users;
    std::vector<Uuid> fences;
};

// The events, grouped by their subject.
struct SortedEvents {
    NewestFacts sessions;
    Registrations registrations;
    std::vector<UserId> erased;
    VerificationMarks fences;

    [[nodiscard]] bool is_empty() const {
        return sessions.empty() && registrations.users.empty() && erased.empty() && fences.users.empty();
    }
};

// The string of a member that the payload must have. Throws if it is missing or invalid: the event is at fault.
std::string member_of(const events::Event& event, std::string_view name) {
    return std::string(boost::json::parse(event.payload).as_object().at(name).as_string());
}

SortedEvents sort(std::span<const events::Event> events) {
    SortedEvents sorted;
    for (const auto& event : events) {
        if (event.type == "session.started") continue;  // nothing counts yet, and no version precedes it
        if (event.type.starts_with("session.")) {
            sorted.sessions.add(event);
        } else if (event.type == "user.registered") {
            sorted.registrations.users.push_back(event.user);
            sorted.registrations.at.push_back(event.occurred_at);
            sorted.registrations.timezones.push_back(member_of(event, "timezone"));
        } else if (event.type == "user.deleted") {
            sorted.erased.push_back(event.user);
        } else if (event.type == kFenceEvent) {
            sorted.fences.users.push_back(event.user);
            sorted.fences.fences.push_back(Uuid::parse(member_of(event, "fence")).value());
        }
    }
    return sorted;
}

Seconds seconds_of(const LifetimeChanges& changes) {
    Seconds total{};
    for (const auto& [user, sessions] : changes.added)
        for (const auto& session : sessions) total += Seconds(session.seconds);
    return total;
}

Days list(const std::set<std::pair<UserId, LocalDate>>& pairs) {
    Days days;
    for (const auto& [user, date] : pairs) {
        days.users.push_back(user);
        days.dates.push_back(date);
    }
    return days;
}

// A day that loses something may become empty.
Awaitable<> clear(postgres::Session& session, Days days) {
    static constexpr Statement kClear{"analytics_clear_days", R"(
        DELETE FROM daily_totals USING unnest($1::uuid[], $2::date[]) AS day (user_id, local_date)
        WHERE daily_totals.user_id = day.user_id AND daily_totals.local_date = day.local_date)"};
    if (!days.users.empty()) co_await session.query(kClear, days.users, days.dates);
}

// Day by day along the index: with a single join, a table that has grown since it was last analyzed is read completely
// (47 ms instead of 5 for 500 events at 50,000 facts).
Awaitable<DaySums> recompute(postgres::Session& session, Days days) {
    static constexpr ComposedStatement kAddUp{
        "analytics_add_up_days",
        R"(INSERT INTO daily_totals ({})
        SELECT {} FROM unnest($1::uuid[], $2::date[]) AS day (day_user, day_date) CROSS JOIN LATERAL {} AS totals
        ON CONFLICT (user_id, local_date) DO UPDATE
        SET sessions = excluded.sessions, streak_sessions = excluded.streak_sessions, seconds = excluded.seconds,
            mood_before_sum = excluded.mood_before_sum, mood_before_count = excluded.mood_before_count,
            mood_after_sum = excluded.mood_after_sum, mood_after_count = excluded.mood_after_count,
            seconds_by_kind = excluded.seconds_by_kind
        RETURNING user_id, local_date, seconds)",
        kTotalsColumns, kTotalsColumns,
        totals_of("FROM session_facts WHERE user_id = day_user AND local_date = day_date AND counts", "$3")};
    auto rows = co_await session.query(kAddUp, days.users, days.dates, kStreakSeconds);
    DaySums sums;
    for (auto row : rows) {
        sums.users.push_back(row.get<UserId>(0));
        sums.dates.push_back(row.get<LocalDate>(1));
        sums.seconds.push_back(row.get<std::int64_t>(2));
    }
    co_return sums;
}

Awaitable<> record_fences(postgres::Session& session, VerificationMarks fences) {
    static constexpr Statement kRecord{"analytics_record_fences", R"(
        INSERT INTO user_facts AS known (user_id, fence)
        SELECT DISTINCT ON (user_id) user_id, fence
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS event (user_id, fence, ordinal)
        ORDER BY user_id, ordinal DESC
        ON CONFLICT (user_id) DO UPDATE SET fence = excluded.fence WHERE NOT known.erased)"};
    co_await session.query(kRecord, fences.users, fences.fences);
}

}  // namespace

// A cached plan would be for ten array elements and for the tables as small as they were when it was made. A writer
// that does not set keeps_lifetimes loses the lifetimes of the users it writes (db/migrations/0007_lifetimes.sql).
Awaitable<> lock_projection(postgres::Session& session) {
    static constexpr Statement kLock{"analytics_lock_projection", R"(
        SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
               set_config('mindspace.keeps_lifetimes', 'on', true)
        FROM pg_advisory_xact_lock($1))"};
    co_await session.query(kLock, kProjectionLock);
}

// Last in the transaction: all transactions update the same row.
Awaitable<> record_change(postgres::Session& session) {
    static constexpr Statement kRecord{"analytics_record_change", "UPDATE fact_changes SET changes = changes + 1"};
    co_await session.query(kRecord);
}

std::vector<std::string> counted_event_types() {
    return {"session.started", "session.completed", "session.abandoned", "session.changed",
            "session.deleted", "group.started",     "group.joined",      "group.left",
            "group.ended",     "user.registered",   "user.deleted"};
}

// Sessions before accounts: what a user did before leaving counts, even in the same batch.
Awaitable<Seconds> project(postgres::Session& session, std::span<const events::Event> events) {
    Seconds added{};
    auto sorted = sort(events);
    if (sorted.is_empty()) co_return added;
    co_await lock_projection(session);
    bool changes = !sorted.registrations.users.empty() || !sorted.erased.empty();
    if (!sorted.sessions.empty()) {
        auto changed = co_await store_facts(session, std::move(sorted.sessions));
        changes |= !changed.days.empty();
        added = seconds_of(changed.lifetimes);
        if (!changed.days.empty()) {
            co_await clear(session, list(changed.reduced));
            auto sums = co_await recompute(session, list(changed.days));
            co_await update_lifetimes(session, std::move(changed.lifetimes), std::move(sums));
        }
    }
    if (!sorted.registrations.users.empty()) co_await store_registrations(session, std::move(sorted.registrations));
    if (!sorted.erased.empty()) co_await erase_accounts(session, std::move(sorted.erased));
    if (!sorted.fences.users.empty()) co_await record_fences(session, std::move(sorted.fences));
    if (changes) co_await record_change(session);
    co_return added;
}

}  // namespace mindspace::analytics
