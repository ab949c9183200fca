#include "services/analytics/global/refresh.h"

#include "platform/base/time.h"
#include "platform/postgres/connection/session.h"

#include <string>
#include <vector>

namespace mindspace::analytics {

using postgres::Statement;

namespace {

struct PeriodCounts {
    std::vector<std::string> granularities;
    std::vector<LocalDate> first_days;
    std::vector<std::int64_t> active_users;
    std::vector<std::int64_t> new_users;
    std::vector<std::int64_t> sessions;
    std::vector<std::int64_t> seconds;
};

struct CohortCounts {
    std::vector<LocalDate> cohort_weeks;
    std::vector<LocalDate> weeks;
    std::vector<std::int64_t> active_users;
};

struct Count {
    std::int64_t changes = 0;  // the number of changes that it includes
    Timestamp at{};
    PeriodCounts periods;
    CohortCounts cohorts;
};

Awaitable<bool> is_due(postgres::Session& session) {
    static constexpr Statement kIsDue{"analytics_refresh_is_due", R"(
        SELECT fact_changes.changes <> global_refreshes.changes FROM fact_changes, global_refreshes)"};
    auto rows = co_await session.query(kIsDue);
    co_return rows[0].get<bool>(0);
}

Awaitable<PeriodCounts> count_periods(postgres::Session& session) {
    // First by user: a count of distinct users would sort all of their days.
    static constexpr Statement kCount{"analytics_count_periods", R"(
        SELECT grain, first_day, sum(active_users)::bigint, sum(new_users)::bigint, sum(sessions)::bigint,
               sum(seconds)::bigint
        FROM (SELECT grain, first_day, count(*) FILTER (WHERE sessions > 0) AS active_users,
                     sum(registrations) AS new_users, sum(sessions) AS sessions, sum(seconds) AS seconds
              FROM (SELECT user_id, grain, first_day, sum(sessions) AS sessions, sum(seconds) AS seconds,
                           sum(registrations) AS registrations
                    FROM user_periods
                    GROUP BY user_id, grain, first_day) AS of_user
              GROUP BY grain, first_day
              UNION ALL
              SELECT grain, first_day, active_users, new_users, sessions, seconds FROM erased_periods) AS part
        GROUP BY grain, first_day)"};
    auto rows = co_await session.query(kCount);
    PeriodCounts counts;
    for (auto row : rows) {
        counts.granularities.push_back(row.get<std::string>(0));
        counts.first_days.push_back(row.get<LocalDate>(1));
        counts.active_users.push_back(row.get<std::int64_t>(2));
        counts.new_users.push_back(row.get<std::int64_t>(3));
        counts.sessions.push_back(row.get<std::int64_t>(4));
        counts.seconds.push_back(row.get<std::int64_t>(5));
    }
    co_return counts;
}

Awaitable<CohortCounts> count_cohorts(postgres::Session& session) {
    static constexpr Statement kCount{"analytics_count_cohorts", R"(
        SELECT cohort_week, week, sum(active_users)::bigint
        FROM (SELECT cohort_week, week, count(DISTINCT user_id) AS active_users FROM user_weeks
              GROUP BY cohort_week, week
              UNION ALL
              SELECT cohort_week, week, active_users FROM erased_cohorts) AS part
        GROUP BY cohort_week, week)"};
    auto rows = co_await session.query(kCount);
    CohortCounts counts;
    for (auto row : rows) {
        counts.cohort_weeks.push_back(row.get<LocalDate>(0));
        counts.weeks.push_back(row.get<LocalDate>(1));
        counts.active_users.push_back(row.get<std::int64_t>(2));
    }
    co_return counts;
}

// All in one snapshot. A read-only transaction has no id.
Awaitable<Count> count(postgres::Session& session) {
    static constexpr Statement kChanges{"analytics_read_changes", "SELECT changes, now() FROM fact_changes"};
    Count count;
    co_await session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    auto rows = co_await session.query(kChanges);
    count.changes = rows[0].get<std::int64_t>(0);
    count.at = rows[0].get<Timestamp>(1);
    count.periods = co_await count_periods(session);
    count.cohorts = co_await count_cohorts(session);
    co_await session.execute("COMMIT");
    co_return count;
}

Awaitable<> store(postgres::Session& session, const Count& count) {
    static constexpr Statement kStorePeriods{"analytics_store_periods", R"(
        INSERT INTO counted_periods (grain, first_day, active_users, new_users, sessions, seconds)
        SELECT grain, first_day, active_users, new_users, sessions, seconds
        FROM unnest($1::text[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
             AS counted (grain, first_day, active_users, new_users, sessions, seconds))"};
    static constexpr Statement kStoreCohorts{"analytics_store_cohorts", R"(
        INSERT INTO counted_cohorts (cohort_week, week, active_users)
        SELECT cohort_week, week, active_users
        FROM unnest($1::date[], $2::date[], $3::bigint[]) AS counted (cohort_week, week, active_users))"};
    static constexpr Statement kRecord{"analytics_record_refresh",
                                       "UPDATE global_refreshes SET changes = $1, refreshed_at = $2"};
    const auto& periods = count.periods;
    const auto& cohorts = count.cohorts;
    co_await session.execute("BEGIN; DELETE FROM counted_periods; DELETE FROM counted_cohorts");
    co_await session.query(kStorePeriods, periods.granularities, periods.first_days, periods.active_users,
                           periods.new_users, periods.sessions, periods.seconds);
    co_await session.query(kStoreCohorts, cohorts.cohort_weeks, cohorts.weeks, cohorts.active_users);
    co_await session.execute(
        "REFRESH MATERIALIZED VIEW CONCURRENTLY global_periods; "
        "REFRESH MATERIALIZED VIEW CONCURRENTLY global_cohorts");
    co_await session.query(kRecord, count.changes, count.at);
    co_await session.execute("COMMIT");
}

}  // namespace

Awaitable<bool> refresh_global(postgres::Session& session) {
    if (!co_await is_due(session)) co_return false;
    auto counted = co_await count(session);
    co_await store(session, counted);
    co_return true;
}

}  // namespace mindspace::analytics
