#pragma once
// The summary of a user's history as it looks today. Pure.

#include "services/analytics/figures/lifetime_totals.h"

namespace mindspace::analytics {

// A day on which at least one session was completed.
struct Day {
    LocalDate date{};
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;
};

// The days that a summary of `today` looks at: the weeks and months of today and the ones before.
Range summary_range(LocalDate today);

// Everything but the time zone and the time. `days` are ascending and those of summary_range(), or more; `today` is the
// user's own date, `skipped` the dates that their zone skipped (streaks.h).
Summary summarise(const LifetimeTotals& lifetime, std::span<const Day> days, LocalDate today, Dates skipped,
                  std::int64_t goal_seconds);

}  // namespace mindspace::analytics
