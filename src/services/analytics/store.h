#pragma once
// Reads the tables of the analytics service: session_facts, daily_totals and lifetimes, which projection.h writes, and
// the views of all users, which global/refresh.h refreshes. No rules here.

#include "platform/async/awaitable.h"
#include "platform/postgres/replicas/replicas.h"
#include "services/analytics/figures/rollup.h"
#include "services/analytics/figures/summary.h"
#include "services/analytics/global/global.h"
#include "services/analytics/global/now.h"
#include "services/user/client.h"

#include <optional>
#include <vector>

namespace mindspace::analytics {

// What a user has done.
struct Past {
    LifetimeTotals lifetime;
    std::vector<Day> days;  // of a range, ascending
};

class AnalyticsStore {
public:
    AnalyticsStore(postgres::Client& database, postgres::Replicas& replicas)
        : database_(database), replicas_(replicas) {}

    Awaitable<std::optional<user::User>> find_user(UserId id) { return user::find_user(database_, id); }
    // Ordered by date.
    Awaitable<std::vector<DailyTotals>> list_days(UserId user, Range range);
    // Reads one row besides the days of the range; a user's facts only while their lifetime is not kept.
    Awaitable<Past> find_past(UserId user, Range range);
    // Of the periods that touch the range. Not of one instant: a refresh may fall in between.
    Awaitable<GlobalCounts> find_global(Range range);
    Awaitable<Now> count_now(Timestamp now) { return analytics::count_now(database_, now); }

private:
    postgres::Client& database_;
    postgres::Replicas& replicas_;  // for what only reads
};

}  // namespace mindspace::analytics
