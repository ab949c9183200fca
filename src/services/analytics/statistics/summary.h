#pragma once
// The summary of a user's history as of today. Pure functions.

#include "services/analytics/statistics/lifetime_totals.h"

namespace mindspace::analytics {

// A day on which at least one session was completed.
struct Day {
    LocalDate date{};
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;
};

// The days that a summary of `today` needs: the current and previous week and month.
Range summary_range(LocalDate today);

// Everything except the time zone and the time. `days` are ascending and cover at least summary_range(); `today` is the
// user's own date, `skipped` the dates that their zone skipped (streaks.h).
Summary summarise(const LifetimeTotals& lifetime, std::span<const Day> days, LocalDate today, Dates skipped,
                  std::int64_t goal_seconds);

}  // namespace mindspace::analytics
