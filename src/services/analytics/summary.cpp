#include "services/analytics/summary.h"

#include "platform/base/calendar.h"
#include "services/analytics/streaks.h"

#include <algorithm>

namespace mindspace::analytics {

namespace {

using std::chrono::days;

// From the first day up to, but not including, `end`.
Effort effort_between(std::span<const Day> history, LocalDate first, LocalDate end) {
    Effort effort;
    auto day = std::ranges::lower_bound(history, first, {}, &Day::date);
    for (; day != history.end() && day->date < end; ++day) {
        effort.sessions += day->sessions;
        effort.seconds += day->seconds;
    }
    return effort;
}

StreakLengths streaks_of(std::span<const Day> history, LocalDate today) {
    std::vector<LocalDate> dates;
    for (const auto& day : history)
        if (day.keeps_streak) dates.push_back(day.date);
    auto streaks = find_streaks(dates, today);
    return {.current_days = streaks.current_days, .longest_days = streaks.longest_days};
}

// The earliest of the longest.
std::optional<BestDay> best_of(std::span<const Day> history) {
    auto best = std::ranges::max_element(history, {}, &Day::seconds);
    if (best == history.end()) return std::nullopt;
    return BestDay{.date = best->date, .seconds = best->seconds};
}

}  // namespace

Summary summarise(std::span<const Day> history, LocalDate today, std::int64_t goal_seconds) {
    auto monday = monday_of(today);
    auto month = first_day_of_month(today);
    auto seconds_today = effort_between(history, today, today + days(1)).seconds;
    Summary summary;
    summary.today = {
        .seconds = seconds_today, .goal_seconds = goal_seconds, .goal_reached = seconds_today >= goal_seconds};
    summary.this_week = effort_between(history, monday, monday + days(7));
    summary.last_week = effort_between(history, monday - days(7), monday);
    summary.this_month = effort_between(history, month, last_day_of_month(today) + days(1));
    summary.last_month = effort_between(history, first_day_of_month(month - days(1)), month);
    summary.streaks = streaks_of(history, today);
    summary.best_day = best_of(history);
    return summary;
}

}  // namespace mindspace::analytics
