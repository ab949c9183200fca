#pragma once
// The sums over all of a user's sessions, stored so that the next session can be added without reading the earlier
// ones. Pure functions. The table `lifetimes` holds them as JSON, in the calendar that skips no date: for a user whose
// zone skipped one they are computed again.

#include "services/analytics/statistics/streaks.h"
#include "services/analytics/types.h"

#include <array>
#include <functional>

namespace mindspace::analytics {

// A completed session.
struct CompletedSession {
    Timestamp ended_at{};
    LocalDate local_date{};
    std::int32_t seconds = 0;
    std::int16_t hour = 0;  // local time, when it began
    std::string kind;
};

class LifetimeTotals {
public:
    // Add sessions in the order in which they ended; each with add(), and then record_day() for each of their days.
    void add(const CompletedSession& session, Dates skipped = {});
    // The new total of a day. It may only grow.
    void record_day(LocalDate date, std::int64_t seconds);

    // Whether a session that ended then can be added: no earlier added session ended later.
    [[nodiscard]] bool takes(Timestamp ended_at) const { return !last_ended_at_ || *last_ended_at_ <= ended_at; }
    // `skipped` are the dates that were skipped when the sessions were added.
    [[nodiscard]] Lifetime as_of(LocalDate today, Dates skipped) const;
    [[nodiscard]] const StreakDays& streak_days() const { return streak_days_; }
    [[nodiscard]] const std::optional<BestDay>& best_day() const { return best_day_; }
    // The kind with the most sessions; of equals the one with more seconds, or the first by name.
    [[nodiscard]] std::optional<std::string> favourite_kind() const;
    // The hour in which most sessions began; of equals the earliest.
    [[nodiscard]] std::optional<std::int32_t> favourite_hour() const;

    // The same totals give the same string.
    [[nodiscard]] std::string to_json() const;
    // Throws on any string that to_json() did not produce.
    static LifetimeTotals from_json(std::string_view text);

private:
    struct OfKind {
        std::int64_t sessions = 0;
        std::int64_t seconds = 0;
    };

    void reach(std::string_view kind, std::span<const std::int64_t> values, std::int64_t before, std::int64_t after,
               Timestamp at);

    std::int64_t sessions_ = 0;
    std::int64_t seconds_ = 0;
    std::optional<Timestamp> last_ended_at_;
    std::map<std::string, OfKind, std::less<>> kinds_;
    std::array<std::int64_t, 24> hours_{};  // sessions by the hour in which they began
    std::optional<BestDay> best_day_;
    StreakDays streak_days_;
    std::int32_t longest_streak_ = 0;
    std::vector<MilestoneReached> milestones_;  // in the order in which they were reached
};

// Folds any number of sessions, in the order in which they ended.
class LifetimeFold {
public:
    // The dates must outlive it.
    explicit LifetimeFold(Dates skipped = {}) : skipped_(skipped) {}

    void add(const CompletedSession& session);
    // Call it when all are added.
    [[nodiscard]] LifetimeTotals totals() &&;

private:
    Dates skipped_;
    LifetimeTotals totals_;
    std::map<LocalDate, std::int64_t> seconds_;  // per day
};

LifetimeTotals fold_lifetime(std::span<const CompletedSession> sessions, Dates skipped = {});

}  // namespace mindspace::analytics
