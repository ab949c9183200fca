#pragma once
// The days that keep a streak, and the runs that they form in the user's calendar. Pure functions.
//
// A date that the user's zone skipped does not end a run. It lengthens one only if the user completed a session on it,
// in another zone. Below, `skipped` are such dates, ascending.

#include "services/analytics/client.h"

#include <map>
#include <span>

namespace mindspace::analytics {

// A session shorter than this does not keep a streak.
inline constexpr std::int32_t kStreakSeconds = 60;

using Dates = std::span<const LocalDate>;

class StreakDays {
public:
    // 32 days per word, counted from 1970; the lowest bit is the first day.
    using BitWords = std::map<std::int32_t, std::uint32_t>;

    StreakDays() = default;
    explicit StreakDays(BitWords words) : words_(std::move(words)) {}

    void add(LocalDate date);
    [[nodiscard]] bool contains(LocalDate date) const;
    [[nodiscard]] const BitWords& words() const { return words_; }
    // The length in days of the run that contains `date`, which must be one of the days.
    [[nodiscard]] std::int32_t run_around(LocalDate date, Dates skipped) const;
    [[nodiscard]] Streaks as_of(LocalDate today, Dates skipped) const;
    // The dates that the zone skipped between the first of the days and the later of `today` and the last day; empty if
    // the system does not know the zone.
    [[nodiscard]] std::vector<LocalDate> skipped_dates(std::string_view timezone, LocalDate today) const;

private:
    // A part of a run that ends or starts at a date.
    struct RunSegment {
        std::int32_t days = 0;
        LocalDate beyond{};  // the first date outside it
    };

    [[nodiscard]] RunSegment until(LocalDate date, Dates skipped) const;
    [[nodiscard]] RunSegment from(LocalDate date, Dates skipped) const;
    // Consecutive days without a gap, up to and from the date.
    [[nodiscard]] std::int32_t consecutive_until(LocalDate date) const;
    [[nodiscard]] std::int32_t consecutive_from(LocalDate date) const;
    [[nodiscard]] std::optional<LocalDate> first_from(LocalDate date) const;
    [[nodiscard]] std::optional<LocalDate> first() const;
    [[nodiscard]] std::optional<LocalDate> last() const;
    [[nodiscard]] std::int32_t longest(Dates skipped) const;

    BitWords words_;
};

}  // namespace mindspace::analytics
