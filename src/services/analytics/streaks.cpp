#include "services/analytics/streaks.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

namespace mindspace::analytics {

namespace {

using std::chrono::days;

constexpr std::array<std::int64_t, 7> kSessionMilestones{1, 10, 50, 100, 250, 500, 1000};
constexpr std::array<std::int64_t, 6> kHourMilestones{1, 10, 50, 100, 500, 1000};
constexpr std::array<std::int64_t, 7> kStreakMilestones{3, 7, 14, 30, 60, 100, 365};

constexpr std::int64_t kSecondsAnHour = 3600;

class Milestones {
public:
    // A figure that only grows has done so at that time.
    void pass(std::string_view kind, std::span<const std::int64_t> values, std::int64_t before, std::int64_t after,
              Timestamp at) {
        for (auto value : values)
            if (before < value && value <= after) reached_.push_back({std::string(kind), value, at});
    }
    std::vector<Reached> take() {
        std::ranges::sort(reached_, {}, [](const Reached& reached) { return std::tie(reached.at, reached.value); });
        return std::move(reached_);
    }

private:
    std::vector<Reached> reached_;
};

// The first session on each day that keeps a streak, by day.
std::vector<Sitting> first_of_each_streak_day(std::span<const Sitting> sittings) {
    std::vector<Sitting> firsts;
    std::ranges::copy_if(sittings, std::back_inserter(firsts),
                         [](const Sitting& sitting) { return sitting.seconds >= kStreakSeconds; });
    std::ranges::sort(firsts, {},
                      [](const Sitting& sitting) { return std::tie(sitting.local_date, sitting.ended_at); });
    auto doubles = std::ranges::unique(firsts, {}, &Sitting::local_date);
    firsts.erase(doubles.begin(), doubles.end());
    return firsts;
}

// How long the streak is on each of the days.
std::vector<std::int32_t> streak_lengths(std::span<const LocalDate> dates) {
    std::vector<std::int32_t> lengths(dates.size(), 1);
    for (std::size_t i = 1; i < dates.size(); ++i)
        if (dates[i] - dates[i - 1] == days(1)) lengths[i] = lengths[i - 1] + 1;
    return lengths;
}

}  // namespace

Streaks find_streaks(std::span<const LocalDate> dates, LocalDate today) {
    if (dates.empty()) return {};
    auto lengths = streak_lengths(dates);
    bool stands = today <= dates.back() + days(1);
    return {.current_days = stands ? lengths.back() : 0, .longest_days = std::ranges::max(lengths)};
}

Lifetime look_back(std::span<const Sitting> sittings, LocalDate today) {
    Lifetime lifetime;
    Milestones milestones;
    for (const auto& sitting : sittings) {
        auto seconds = lifetime.seconds + sitting.seconds;
        milestones.pass("sessions", kSessionMilestones, lifetime.sessions, lifetime.sessions + 1, sitting.ended_at);
        milestones.pass("hours", kHourMilestones, lifetime.seconds / kSecondsAnHour, seconds / kSecondsAnHour,
                        sitting.ended_at);
        ++lifetime.sessions;
        lifetime.seconds = seconds;
    }
    if (!sittings.empty()) lifetime.last_session_at = sittings.back().ended_at;

    auto firsts = first_of_each_streak_day(sittings);
    std::vector<LocalDate> dates;
    dates.reserve(firsts.size());
    for (const auto& first : firsts) dates.push_back(first.local_date);
    auto lengths = streak_lengths(dates);
    std::int32_t longest = 0;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        milestones.pass("streakDays", kStreakMilestones, longest, lengths[i], firsts[i].ended_at);
        longest = std::max(longest, lengths[i]);
    }
    lifetime.streaks = find_streaks(dates, today);
    lifetime.milestones = milestones.take();
    return lifetime;
}

}  // namespace mindspace::analytics
