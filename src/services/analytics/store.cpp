#include "services/analytics/store.h"

#include "platform/base/calendar.h"
#include "platform/postgres/connection/client.h"
#include "services/analytics/statistics/lifetimes.h"

namespace mindspace::analytics {

using postgres::Statement;

Awaitable<std::vector<DailyTotals>> AnalyticsStore::list_days(UserId user, Range range) {
    static constexpr Statement kList{"analytics_list_days", R"(
        SELECT local_date, sessions, seconds, mood_before_sum, mood_before_count, mood_after_sum, mood_after_count,
               seconds_by_kind
        FROM daily_totals WHERE user_id = $1 AND local_date BETWEEN $2 AND $3 ORDER BY local_date)"};
    auto rows = co_await replicas_.query(user, kList, user, range.from, range.to);
    std::vector<DailyTotals> days;
    days.reserve(rows.size());
    for (auto row : rows) {
        days.push_back({.date = row.get<LocalDate>(0),
                        .sessions = row.get<std::int32_t>(1),
                        .seconds = row.get<std::int64_t>(2),
                        .mood_before_sum = row.get<std::int32_t>(3),
                        .mood_before_count = row.get<std::int32_t>(4),
                        .mood_after_sum = row.get<std::int32_t>(5),
                        .mood_after_count = row.get<std::int32_t>(6),
                        .seconds_by_kind = SecondsByKind(row.get<std::string>(7))});
    }
    co_return days;
}

Awaitable<Past> AnalyticsStore::find_past(UserId user, Range range) {
    static constexpr Statement kFind{"analytics_find_past", R"(
        SELECT (SELECT totals FROM lifetimes WHERE user_id = $1), coalesce(array_agg(local_date), '{}'),
               coalesce(array_agg(sessions), '{}'), coalesce(array_agg(seconds), '{}')
        FROM (SELECT local_date, sessions, seconds FROM daily_totals
              WHERE user_id = $1 AND local_date BETWEEN $2 AND $3 ORDER BY local_date) AS day)"};
    auto rows = co_await replicas_.query(user, kFind, user, range.from, range.to);
    const auto row = rows[0];
    auto dates = row.get<std::vector<LocalDate>>(1);
    auto sessions = row.get<std::vector<std::int32_t>>(2);
    auto seconds = row.get<std::vector<std::int64_t>>(3);
    Past past;
    past.days.reserve(dates.size());
    for (std::size_t i = 0; i < dates.size(); ++i)
        past.days.push_back({.date = dates[i], .sessions = sessions[i], .seconds = seconds[i]});
    if (auto totals = row.get<std::optional<std::string_view>>(0)) {
        past.lifetime = LifetimeTotals::from_json(*totals);
    } else {
        auto facts = co_await replicas_.query(user, completed_sessions_statement(user), user);
        past.lifetime = co_await fold_lifetime(std::move(facts));
    }
    co_return past;
}

Awaitable<GlobalCounts> AnalyticsStore::find_global(Range range) {
    static constexpr Statement kAsOf{"analytics_global_as_of", "SELECT refreshed_at FROM global_refreshes"};
    static constexpr Statement kPeriods{"analytics_global_periods", R"(
        SELECT grain, first_day, active_users, new_users, sessions, seconds FROM global_periods
        WHERE grain = 'day' AND first_day BETWEEN $1 AND $4 OR grain = 'week' AND first_day BETWEEN $2 AND $4
           OR grain = 'month' AND first_day BETWEEN $3 AND $4)"};
    static constexpr Statement kCohorts{"analytics_global_cohorts", R"(
        SELECT cohort_week, week, active_users FROM global_cohorts
        WHERE cohort_week BETWEEN $1 AND $2 AND week <= $2)"};
    auto monday = monday_of(range.from);
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kAsOf));
    queries.push_back(postgres::bind(kPeriods, range.from, monday, first_day_of_month(range.from), range.to));
    queries.push_back(postgres::bind(kCohorts, monday, range.to));
    auto results = co_await database_.transaction(std::move(queries));
    GlobalCounts counts{.as_of = results[0][0].get<Timestamp>(0), .periods = {}, .cohorts = {}};
    for (auto row : results[1])
        counts.periods[{row.get<std::string>(0), row.get<LocalDate>(1)}] = {.active_users = row.get<std::int64_t>(2),
                                                                            .new_users = row.get<std::int64_t>(3),
                                                                            .sessions = row.get<std::int64_t>(4),
                                                                            .seconds = row.get<std::int64_t>(5)};
    for (auto row : results[2])
        counts.cohorts[{row.get<LocalDate>(0), row.get<LocalDate>(1)}] = row.get<std::int64_t>(2);
    co_return counts;
}

}  // namespace mindspace::analytics
