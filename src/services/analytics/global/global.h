#pragma once
// How the counts of all users become the response for a range. Pure functions.

#include "services/analytics/types.h"

#include <map>
#include <string>
#include <utility>

namespace mindspace::analytics {

struct PeriodCount {
    std::int64_t active_users = 0;
    std::int64_t new_users = 0;
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;
};

// Absent means zero.
struct GlobalCounts {
    Timestamp as_of{};
    std::map<std::pair<std::string, LocalDate>, PeriodCount> periods;  // by granularity ("day") and first day
    std::map<std::pair<LocalDate, LocalDate>, std::int64_t> cohorts;   // active users by week of registration, and week
};

// Every day of the range, and every week, month and cohort that it touches.
GlobalAnalytics arrange(const GlobalCounts& counts, Range range);

}  // namespace mindspace::analytics
