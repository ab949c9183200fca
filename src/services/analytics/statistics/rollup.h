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
template <Granularity kGranularity>
LocalDate last_day_of(LocalDate date) {
    if constexpr (kGranularity == Granularity::day) return date;
    if constexpr (kGranularity == Granularity::week) return monday_of(date) + std::chrono::days(6);
    if constexpr (kGranularity == Granularity::month) return last_day_of_month(date);
}

// The name of the day, week or month that contains `date`.
template <Granularity kGranularity>
Bucket<kGranularity>::Label label_of(LocalDate date) {
    if constexpr (kGranularity == Granularity::day) return date;
    if constexpr (kGranularity == Granularity::week) return format_week(iso_week_of(date));
    if constexpr (kGranularity == Granularity::month) return format_month(date);
}

Totals add_up(std::span<const DailyTotals> rows);

// The days, ISO weeks or months that the range touches, in order. The rows must be ordered by date and all lie in the
// range.
template <Granularity kGranularity>
std::vector<Bucket<kGranularity>> roll_up(std::span<const DailyTotals> rows, Range range);

extern template std::vector<Bucket<Granularity::day>> roll_up(std::span<const DailyTotals>, Range);
extern template std::vector<Bucket<Granularity::week>> roll_up(std::span<const DailyTotals>, Range);
extern template std::vector<Bucket<Granularity::month>> roll_up(std::span<const DailyTotals>, Range);

// The activity level of a day, 0 to 4, relative to the user's daily goal.
std::int32_t heat_level(std::int64_t seconds, std::int64_t goal_seconds);

}  // namespace mindspace::analytics
