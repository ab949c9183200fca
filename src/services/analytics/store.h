#pragma once
// Reads the tables of the analytics service: session_facts and daily_totals, which projection.h writes. No rules here.

#include "platform/base/async.h"
#include "platform/postgres/replicas.h"
#include "services/analytics/rollup.h"
#include "services/analytics/summary.h"
#include "services/user/client.h"

#include <optional>
#include <vector>

namespace mindspace::analytics {

// All that a user has done.
struct History {
    std::vector<Day> days;  // ascending
    std::optional<std::string> favourite_kind;
    std::optional<std::int32_t> favourite_hour;
};

class AnalyticsStore {
public:
    AnalyticsStore(postgres::Client& database, postgres::Replicas& replicas)
        : database_(database), replicas_(replicas) {}

    Awaitable<std::optional<user::User>> find_user(UserId id) { return user::find_user(database_, id); }
    // Ordered by date.
    Awaitable<std::vector<DailyTotals>> list_days(UserId user, Range range);
    Awaitable<History> find_history(UserId user);
    // Who is meditating at that moment, and the groups that do.
    Awaitable<Now> count_now(Timestamp now);

private:
    postgres::Client& database_;
    postgres::Replicas& replicas_;  // for what only reads
};

}  // namespace mindspace::analytics
