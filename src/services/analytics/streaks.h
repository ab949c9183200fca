#pragma once
// What a user's history amounts to: streaks and milestones. Pure.

#include "services/analytics/client.h"

#include <span>

namespace mindspace::analytics {

// A session shorter than this does not keep a streak.
inline constexpr std::int32_t kStreakSeconds = 60;

// `dates` are those that keep a streak, ascending, each once; `today` is the user's own date.
Streaks find_streaks(std::span<const LocalDate> dates, LocalDate today);

// A completed session.
struct Sitting {
    Timestamp ended_at{};
    LocalDate local_date{};
    std::int32_t seconds = 0;
};

// Totals, streaks and milestones of sessions in the order in which they ended. The milestones come in the order in
// which they were reached; each is reached at the end of the session that made it so.
Lifetime look_back(std::span<const Sitting> sittings, LocalDate today);

}  // namespace mindspace::analytics
