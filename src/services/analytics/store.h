#pragma once
// Reads the tables of the analytics service: session_facts, daily_totals and lifetimes, which projection.h writes, and
// the views over all users, which global/refresh.h refreshes. No rules here.

#include "platform/async/awaitable.h"
#include "platform/postgres/replicas/replicas.h"
#include "services/analytics/global/global.h"
#include "services/analytics/global/now.h"
#include "services/analytics/statistics/rollup.h"
#include "services/analytics/statistics/summary.h"
#include "services/user/client.h"

#include <optional>
#include <vector>

namespace mindspace::analytics {

// A user's history.
struct Past {
    LifetimeTotals lifetime;
    std::vector<Day> days;  // within a range, ascending
};

class AnalyticsStore {
public:
    AnalyticsStore(postgres::Client& database, postgres::Replicas& replicas)
        : database_(database), replicas_(replicas) {}

    Awaitable<std::optional<user::User>> find_user(UserId id) { return user::find_user(database_, id); }
    // Ordered by date.
    Awaitable<std::vector<DailyTotals>> list_days(UserId user, Range range);
    // Reads one row in addition to the days of the range; reads a user's facts only if their lifetime is not stored.
    Awaitable<Past> find_past(UserId user, Range range);
    // The counts of the periods that touch the range. They may be of different times: a refresh may happen in between.
    Awaitable<GlobalCounts> find_global(Range range);
    Awaitable<Now> count_now(Timestamp now) { return analytics::count_now(database_, now); }

private:
    postgres::Client& database_;
    postgres::Replicas& replicas_;  // for read-only queries
};

}  // namespace mindspace::analytics
