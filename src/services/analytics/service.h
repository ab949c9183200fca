#pragma once
// The rules of analytics: what users see of their own history, and what everyone sees of this moment. No HTTP, no SQL.

#include "platform/base/result.h"
#include "services/analytics/store.h"

namespace mindspace::analytics {

class AnalyticsService {
public:
    AnalyticsService(AnalyticsStore store, LiveStatsCache live_stats, const Clock& clock)
        : store_(store), live_stats_(live_stats), clock_(clock) {}

    // All calls that take a user, error: unauthenticated `user_gone` if the account was deleted in the meantime. The
    // first three, error: invalid if the range is empty or longer than 366, 1,100 and 1,100 days.
    Awaitable<Result<Series<Granularity::day>>> find_daily(UserId user, Range range);
    Awaitable<Result<Series<Granularity::week>>> find_weekly(UserId user, Range range);
    Awaitable<Result<Series<Granularity::month>>> find_monthly(UserId user, Range range);
    Awaitable<Result<Summary>> find_summary(UserId user);
    // For the user's current year if none is given.
    Awaitable<Result<Heatmap>> find_heatmap(UserId user, std::optional<std::int32_t> year);
    // Error: invalid as above, for more than 1,100 days. As of the last refresh (global/refresh.h).
    Awaitable<Result<GlobalAnalytics>> find_global(Range range);
    // From Redis, at most 1 s old; without Redis counted here, at most once per second.
    Awaitable<Result<Now>> find_now();

private:
    template <Granularity kGranularity>
    Awaitable<Result<Series<kGranularity>>> find_series(UserId user, Range range, std::chrono::days longest);

    AnalyticsStore store_;
    LiveStatsCache live_stats_;
    const Clock& clock_;
    std::optional<Now> now_;
    Timestamp refresh_at_{};  // when `now` is to be read again
    bool is_refreshing_ = false;
};

}  // namespace mindspace::analytics
