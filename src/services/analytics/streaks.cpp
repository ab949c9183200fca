#include "services/analytics/streaks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <unordered_map>

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
        std::ranges::sort(reached_, {},
                          [](const Reached& reached) { return std::tie(reached.at, reached.value, reached.kind); });
        return std::move(reached_);
    }

private:
    std::vector<Reached> reached_;
};

// Days that keep a streak, in any order: whoever flies east or moves may end a later day before an earlier one.
class StreakDays {
public:
    // How long the run of days is that this one now lies in; 0 when it was there before.
    std::int32_t add(LocalDate date) {
        auto day = date.time_since_epoch().count();
        if (runs_.contains(day)) return 0;
        auto before = run_at(day - 1);
        auto after = run_at(day + 1);
        auto length = before + 1 + after;
        runs_[day] = runs_[day - before] = runs_[day + after] = length;
        last_ = std::max(last_.value_or(date), date);
        longest_ = std::max(longest_, length);
        return length;
    }
    [[nodiscard]] std::int32_t longest() const { return longest_; }
    [[nodiscard]] Streaks as_of(LocalDate today) const {
        bool stands = last_ && today <= *last_ + days(1);
        return {.current_days = stands ? run_at(last_->time_since_epoch().count()) : 0, .longest_days = longest_};
    }

private:
    [[nodiscard]] std::int32_t run_at(days::rep day) const {
        auto found = runs_.find(day);
        return found == runs_.end() ? 0 : found->second;
    }

    std::unordered_map<days::rep, std::int32_t> runs_;  // by day; right for the first and the last day of a run
    std::optional<LocalDate> last_;
    std::int32_t longest_ = 0;
};

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
    StreakDays streak_days;
    for (const auto& sitting : sittings) {
        auto seconds = lifetime.seconds + sitting.seconds;
        auto longest = streak_days.longest();
        milestones.pass("sessions", kSessionMilestones, lifetime.sessions, lifetime.sessions + 1, sitting.ended_at);
        milestones.pass("hours", kHourMilestones, lifetime.seconds / kSecondsAnHour, seconds / kSecondsAnHour,
                        sitting.ended_at);
        if (sitting.seconds >= kStreakSeconds)
            milestones.pass("streakDays", kStreakMilestones, longest, streak_days.add(sitting.local_date),
                            sitting.ended_at);
        ++lifetime.sessions;
        lifetime.seconds = seconds;
    }
    if (!sittings.empty()) lifetime.last_session_at = sittings.back().ended_at;
    lifetime.streaks = streak_days.as_of(today);
    lifetime.milestones = milestones.take();
    return lifetime;
}

}  // namespace mindspace::analytics
