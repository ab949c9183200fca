#pragma once
// The summary of a user's history as it looks today. Pure.

#include "services/analytics/types.h"

#include <span>

namespace mindspace::analytics {

// A day on which at least one session was completed.
struct Day {
    LocalDate date{};
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;
    bool keeps_streak = false;
};

// Everything but the favourites, the time zone and the time. `history` is whole and ascending; `today` is the
// user's own date.
Summary summarise(std::span<const Day> history, LocalDate today, std::int64_t goal_seconds);

}  // namespace mindspace::analytics
