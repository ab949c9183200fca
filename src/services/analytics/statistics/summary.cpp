#include "services/analytics/statistics/summary.h"

#include "platform/base/calendar.h"

#include <algorithm>

namespace mindspace::analytics {

namespace {

using std::chrono::days;

// From the first day up to, but not including, `end`.
SessionTotals totals_between(std::span<const Day> history, LocalDate first, LocalDate end) {
    SessionTotals totals;
    auto day = std::ranges::lower_bound(history, first, {}, &Day::date);
    for (; day != history.end() && day->date < end; ++day) {
        totals.sessions += day->sessions;
        totals.seconds += day->seconds;
    }
    return totals;
}

LocalDate first_day_of_last_month(LocalDate today) {
    return first_day_of_month(first_day_of_month(today) - days(1));
}

}  // namespace

Range summary_range(LocalDate today) {
    return {.from = std::min(monday_of(today) - days(7), first_day_of_last_month(today)),
            .to = std::max(monday_of(today) + days(6), last_day_of_month(today))};
}

Summary summarise(const LifetimeTotals& lifetime, std::span<const Day> history, LocalDate today, Dates skipped,
                  std::int64_t goal_seconds) {
    auto monday = monday_of(today);
    auto month = first_day_of_month(today);
    auto seconds_today = totals_between(history, today, today + days(1)).seconds;
    auto streaks = lifetime.streak_days().as_of(today, skipped);
    Summary summary;
    summary.today = {
        .seconds = seconds_today, .goal_seconds = goal_seconds, .goal_reached = seconds_today >= goal_seconds};
    summary.this_week = totals_between(history, monday, monday + days(7));
    summary.last_week = totals_between(history, monday - days(7), monday);
    summary.this_month = totals_between(history, month, last_day_of_month(today) + days(1));
    summary.last_month = totals_between(history, first_day_of_last_month(today), month);
    summary.streaks = {.current_days = streaks.current_days, .longest_days = streaks.longest_days};
    summary.best_day = lifetime.best_day();
    summary.favourite_kind = lifetime.favourite_kind();
    summary.favourite_hour = lifetime.favourite_hour();
    return summary;
}

}  // namespace mindspace::analytics
