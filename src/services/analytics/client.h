#pragma once
// What other services may call in analytics. Runs in the caller's process on the caller's database connection.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/privacy/personal_data.h"
#include "services/user/client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::analytics {

// A run of consecutive days with at least one completed session of 60 s or more; a date that the user's zone skipped
// does not end it. The current run lasts until the end of the day after its last day.
struct Streaks {
    std::int32_t current_days = 0;
    std::int32_t longest_days = 0;
};

struct MilestoneReached {
    std::string kind;  // "sessions", "hours" or "streakDays"
    std::int64_t value = 0;
    Timestamp at{};
};

struct Lifetime {
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;
    std::optional<Timestamp> last_session_at;
    Streaks streaks;
    std::vector<MilestoneReached> milestones;
};

// Everything that a user has ever completed. `today` is the user's own date in their current zone, whose calendar
// streaks follow. Reads one row; reads all facts only if the zone skipped a date in that time. Fault: Unavailable.
Awaitable<Lifetime> find_lifetime(postgres::Client& database, UserId user, LocalDate today, std::string timezone);

// The same, in the form that the user service returns.
Awaitable<user::UserStats> find_stats(postgres::Client& database, UserId user, LocalDate today, std::string timezone);

privacy::PersonalTables personal_data();

}  // namespace mindspace::analytics
