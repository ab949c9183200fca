#pragma once
// How daily totals are combined into gapless series of days, weeks and months. Pure functions.

#include "platform/base/calendar.h"
#include "services/analytics/types.h"

#include <span>

namespace mindspace::analytics {

// What a user did on one day: a row of daily_totals.
struct DailyTotals {
    LocalDate date{};
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;
    std::int64_t mood_before_sum = 0;
    std::int64_t mood_before_count = 0;
    std::int64_t mood_after_sum = 0;
    std::int64_t mood_after_count = 0;
    SecondsByKind seconds_by_kind;
};

// The last day of the day, week or month that contains `date`.
template <Grain kGrain>
LocalDate last_day_of(LocalDate date) {
    if constexpr (kGrain == Grain::day) return date;
    if constexpr (kGrain == Grain::week) return monday_of(date) + std::chrono::days(6);
    if constexpr (kGrain == Grain::month) return last_day_of_month(date);
}

// The name of the day, week or month that contains `date`.
template <Grain kGrain>
Bucket<kGrain>::Label label_of(LocalDate date) {
    if constexpr (kGrain == Grain::day) return date;
    if constexpr (kGrain == Grain::week) return format_week(iso_week_of(date));
    if constexpr (kGrain == Grain::month) return format_month(date);
}

Totals add_up(std::span<const DailyTotals> rows);

// The days, ISO weeks or months that the range touches, in order. The rows must be ordered by date and all lie in the
// range.
template <Grain kGrain>
std::vector<Bucket<kGrain>> roll_up(std::span<const DailyTotals> rows, Range range);

extern template std::vector<Bucket<Grain::day>> roll_up(std::span<const DailyTotals>, Range);
extern template std::vector<Bucket<Grain::week>> roll_up(std::span<const DailyTotals>, Range);
extern template std::vector<Bucket<Grain::month>> roll_up(std::span<const DailyTotals>, Range);

// The activity level of a day, 0 to 4, relative to the user's daily goal.
std::int32_t heat_level(std::int64_t seconds, std::int64_t goal_seconds);

}  // namespace mindspace::analytics
