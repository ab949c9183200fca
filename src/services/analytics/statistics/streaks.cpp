#include "services/analytics/statistics/streaks.h"

#include "platform/base/calendar.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace mindspace::analytics {

namespace {

using std::chrono::days;

constexpr int kBits = std::numeric_limits<std::uint32_t>::digits;

// The position of a day's bit.
struct BitPosition {
    std::int32_t word;
    int bit;
};

BitPosition position_of(LocalDate date) {
    auto day = static_cast<std::int32_t>(date.time_since_epoch().count());
    return {.word = day >> 5, .bit = day & (kBits - 1)};
}

LocalDate date_at(std::int32_t word, int bit) {
    return LocalDate(days(static_cast<std::int64_t>(word) * kBits + bit));
}

bool contains(Dates dates, LocalDate date) {
    return std::ranges::binary_search(dates, date);
}

}  // namespace

void StreakDays::add(LocalDate date) {
    auto [word, bit] = position_of(date);
    words_[word] |= 1U << bit;
}

bool StreakDays::contains(LocalDate date) const {
    auto [word, bit] = position_of(date);
    auto found = words_.find(word);
    return found != words_.end() && (found->second >> bit & 1U) != 0;
}

std::int32_t StreakDays::consecutive_until(LocalDate date) const {
    std::int32_t count = 0;
    while (true) {
        auto [word, bit] = position_of(date);
        auto found = words_.find(word);
        if (found == words_.end()) return count;
        int ones = std::countl_one(found->second << (kBits - 1 - bit));
        count += ones;
        if (ones <= bit) return count;
        date -= days(ones);
    }
}

std::int32_t StreakDays::consecutive_from(LocalDate date) const {
    std::int32_t count = 0;
    while (true) {
        auto [word, bit] = position_of(date);
        auto found = words_.find(word);
        if (found == words_.end()) return count;
        int ones = std::countr_one(found->second >> bit);
        count += ones;
        if (ones < kBits - bit) return count;
        date += days(ones);
    }
}

StreakDays::RunSegment StreakDays::until(LocalDate date, Dates skipped) const {
    RunSegment segment{.days = 0, .beyond = date};
    while (true) {
        auto consecutive = consecutive_until(segment.beyond);
        segment.days += consecutive;
        segment.beyond -= days(consecutive);
        if (!analytics::contains(skipped, segment.beyond)) return segment;
        segment.beyond -= days(1);
    }
}

StreakDays::RunSegment StreakDays::from(LocalDate date, Dates skipped) const {
    RunSegment segment{.days = 0, .beyond = date};
    while (true) {
        auto consecutive = consecutive_from(segment.beyond);
        segment.days += consecutive;
        segment.beyond += days(consecutive);
        if (!analytics::contains(skipped, segment.beyond)) return segment;
        segment.beyond += days(1);
    }
}

std::int32_t StreakDays::run_around(LocalDate date, Dates skipped) const {
    return until(date, skipped).days + from(date + days(1), skipped).days;
}

std::optional<LocalDate> StreakDays::first_from(LocalDate date) const {
    auto [word, bit] = position_of(date);
    for (auto found = words_.lower_bound(word); found != words_.end(); ++found) {
        auto rest = found->first == word ? found->second >> bit << bit : found->second;
        if (rest != 0) return date_at(found->first, std::countr_zero(rest));
    }
    return std::nullopt;
}

std::optional<LocalDate> StreakDays::first() const {
    if (words_.empty()) return std::nullopt;
    return first_from(date_at(words_.begin()->first, 0));
}

std::optional<LocalDate> StreakDays::last() const {
    if (words_.empty()) return std::nullopt;
    const auto& [word, bits] = *words_.rbegin();
    return date_at(word, kBits - 1 - std::countl_zero(bits));
}

std::int32_t StreakDays::longest(Dates skipped) const {
    std::int32_t longest = 0;
    for (auto day = first(); day;) {
        auto run = from(*day, skipped);
        longest = std::max(longest, run.days);
        day = first_from(run.beyond);
    }
    return longest;
}

Streaks StreakDays::as_of(LocalDate today, Dates skipped) const {
    auto last_day = last();
    if (!last_day) return {};
    auto day_after = from(*last_day, skipped).beyond;
    return {.current_days = today <= day_after ? until(*last_day, skipped).days : 0, .longest_days = longest(skipped)};
}

std::vector<LocalDate> StreakDays::skipped_dates(std::string_view timezone, LocalDate today) const {
    auto zone = TimeZone::find(timezone);
    auto last_day = last();
    if (!zone || !last_day) return {};
    return zone->skipped_dates(*first(), std::max(*last_day, today));
}

}  // namespace mindspace::analytics
