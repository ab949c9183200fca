#pragma once
// The days that keep a streak, and the runs that they make in the user's calendar. Pure.
//
// A date that the user's zone skipped ends no run. It lengthens one only if the user sat on it, in another zone. Below,
// `skipped` are such dates, ascending.

#include "services/analytics/client.h"

#include <map>
#include <span>

namespace mindspace::analytics {

// A session shorter than this does not keep a streak.
inline constexpr std::int32_t kStreakSeconds = 60;

using Dates = std::span<const LocalDate>;

class StreakDays {
public:
    // 32 days each, counted from 1970; the lowest bit is the first of them.
    using Words = std::map<std::int32_t, std::uint32_t>;

    StreakDays() = default;
    explicit StreakDays(Words words) : words_(std::move(words)) {}

    void add(LocalDate date);
    [[nodiscard]] bool contains(LocalDate date) const;
    [[nodiscard]] const Words& words() const { return words_; }
    // How many days the run has that `date`, one of them, lies in.
    [[nodiscard]] std::int32_t run_around(LocalDate date, Dates skipped) const;
    [[nodiscard]] Streaks as_of(LocalDate today, Dates skipped) const;
    // The dates between the first of the days and `today`, or the last of them, that the zone skipped; none when the
    // system does not know the zone.
    [[nodiscard]] std::vector<LocalDate> skipped_dates(std::string_view timezone, LocalDate today) const;

private:
    // A part of a run, from or up to a date.
    struct Stretch {
        std::int32_t days = 0;
        LocalDate beyond{};  // the first date that is none of it
    };

    [[nodiscard]] Stretch until(LocalDate date, Dates skipped) const;
    [[nodiscard]] Stretch from(LocalDate date, Dates skipped) const;
    // Days in a row without a gap, up to and from the date.
    [[nodiscard]] std::int32_t solid_until(LocalDate date) const;
    [[nodiscard]] std::int32_t solid_from(LocalDate date) const;
    [[nodiscard]] std::optional<LocalDate> first_from(LocalDate date) const;
    [[nodiscard]] std::optional<LocalDate> first() const;
    [[nodiscard]] std::optional<LocalDate> last() const;
    [[nodiscard]] std::int32_t longest(Dates skipped) const;

    Words words_;
};

}  // namespace mindspace::analytics
