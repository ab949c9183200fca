#pragma once
// Request and response types of the analytics service, with their schemas.

#include "services/analytics/statistics/seconds_by_kind.h"

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace mindspace::analytics {

using schema::field;

// The user's own days, both inclusive.
struct Range {
    LocalDate from{};
    LocalDate to{};

    static constexpr std::string_view kName = "Range";
    static constexpr auto fields() {
        return std::tuple{field("from", &Range::from), field("to", &Range::to, {.about = "Last date, inclusive."})};
    }
};

struct Year {
    std::optional<std::int32_t> year;  // absent: the user's current year

    static constexpr std::string_view kName = "Year";
    static constexpr auto fields() {
        return std::tuple{
            field("year", &Year::year, {.min = 1970, .max = 9999, .about = "Default: the current year."})};
    }
};

// ---- daily, weekly, monthly

// The fields that are common to the days, weeks and months of a response and to their sum.
template <class T>
constexpr auto totals_fields() {
    using Average = std::optional<double>;
    return std::tuple{
        field<T, std::int64_t>("sessions", &T::sessions), field<T, std::int64_t>("seconds", &T::seconds),
        field<T, Average>("averageMoodBefore", &T::average_mood_before, {.about = "Null if no mood was recorded."}),
        field<T, Average>("averageMoodAfter", &T::average_mood_after, {.about = "Null if no mood was recorded."}),
        field<T, SecondsByKind>("byKind", &T::seconds_by_kind,
                                {.about = "Seconds by kind of meditation. Omits kinds without sessions."})};
}

struct Totals {
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;
    std::optional<double> average_mood_before;
    std::optional<double> average_mood_after;
    SecondsByKind seconds_by_kind;

    static constexpr std::string_view kName = "Totals";
    static constexpr auto fields() { return totals_fields<Totals>(); }
};

enum class Granularity { day, week, month };

// One day, week or month of a response.
template <Granularity kGranularity>
struct Bucket : Totals {
    using Label = std::conditional_t<kGranularity == Granularity::day, LocalDate, std::string>;
    Label label{};

    static constexpr std::string_view kName = kGranularity == Granularity::day    ? "DayTotals"
                                              : kGranularity == Granularity::week ? "WeekTotals"
                                                                                  : "MonthTotals";
    static constexpr std::string_view kLabel = kGranularity == Granularity::day    ? "date"
                                               : kGranularity == Granularity::week ? "week"
                                                                                   : "month";
    static constexpr std::string_view kAbout = kGranularity == Granularity::week    ? "ISO 8601, such as 2026-W48."
                                               : kGranularity == Granularity::month ? "Such as 2026-11."
                                                                                    : "";
    static constexpr auto fields() {
        return std::tuple_cat(std::tuple{field(kLabel, &Bucket::label, {.about = kAbout})}, totals_fields<Bucket>());
    }
};

// Every day, week or month that the range touches; only the days inside the range count.
template <Granularity kGranularity>
struct Series {
    std::string timezone;
    Timestamp as_of{};
    std::vector<Bucket<kGranularity>> items;
    Totals totals;

    static constexpr std::string_view kName = kGranularity == Granularity::day    ? "DailyAnalytics"
                                              : kGranularity == Granularity::week ? "WeeklyAnalytics"
                                                                                  : "MonthlyAnalytics";
    static constexpr auto fields() {
        return std::tuple{field("timezone", &Series::timezone), field("asOf", &Series::as_of),
                          field("items", &Series::items, {.about = "Without gaps. Periods without sessions are zero."}),
                          field("totals", &Series::totals)};
    }
};

// ---- summary

struct GoalProgress {
    std::int64_t seconds = 0;
    std::int64_t goal_seconds = 0;
    bool goal_reached = false;

    static constexpr std::string_view kName = "GoalProgress";
    static constexpr auto fields() {
        return std::tuple{field("seconds", &GoalProgress::seconds), field("goalSeconds", &GoalProgress::goal_seconds),
                          field("goalReached", &GoalProgress::goal_reached)};
    }
};

struct SessionTotals {
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;

    static constexpr std::string_view kName = "SessionTotals";
    static constexpr auto fields() {
        return std::tuple{field("sessions", &SessionTotals::sessions), field("seconds", &SessionTotals::seconds)};
    }
};

struct StreakLengths {
    std::int32_t current_days = 0;
    std::int32_t longest_days = 0;

    static constexpr std::string_view kName = "StreakLengths";
    static constexpr auto fields() {
        return std::tuple{field("currentDays", &StreakLengths::current_days),
                          field("longestDays", &StreakLengths::longest_days)};
    }
};

struct BestDay {
    LocalDate date{};
    std::int64_t seconds = 0;

    static constexpr std::string_view kName = "BestDay";
    static constexpr auto fields() {
        return std::tuple{field("date", &BestDay::date), field("seconds", &BestDay::seconds)};
    }
};

// Weeks begin on Monday; days, weeks and months are the user's.
struct Summary {
    std::string timezone;
    Timestamp as_of{};
    GoalProgress today;
    SessionTotals this_week;
    SessionTotals last_week;
    SessionTotals this_month;
    SessionTotals last_month;
    StreakLengths streaks;
    std::optional<BestDay> best_day;
    std::optional<std::string> favourite_kind;
    std::optional<std::int32_t> favourite_hour;

    static constexpr std::string_view kName = "AnalyticsSummary";
    static constexpr auto fields() {
        return std::tuple{field("timezone", &Summary::timezone),
                          field("asOf", &Summary::as_of),
                          field("today", &Summary::today),
                          field("thisWeek", &Summary::this_week),
                          field("lastWeek", &Summary::last_week),
                          field("thisMonth", &Summary::this_month),
                          field("lastMonth", &Summary::last_month),
                          field("streaks", &Summary::streaks),
                          field("bestDay", &Summary::best_day),
                          field("favouriteKind", &Summary::favourite_kind, {.about = "Kind with the most sessions."}),
                          field("favouriteHour", &Summary::favourite_hour,
                                {.about = "Local hour, 0 to 23, in which most sessions started."})};
    }
};

// ---- heatmap

struct HeatmapDay {
    LocalDate date{};
    std::int64_t seconds = 0;
    std::int32_t level = 0;

    static constexpr std::string_view kName = "HeatmapDay";
    static constexpr auto fields() {
        return std::tuple{
            field("date", &HeatmapDay::date), field("seconds", &HeatmapDay::seconds),
            field("level", &HeatmapDay::level,
                  {.min = 0,
                   .max = 4,
                   .about =
                       "0: no activity, 1: below half the daily goal, 2: below the goal, 3: goal reached, 4: twice."})};
    }
};

struct Heatmap {
    std::int32_t year = 0;
    std::vector<HeatmapDay> days;

    static constexpr std::string_view kName = "Heatmap";
    static constexpr auto fields() {
        return std::tuple{field("year", &Heatmap::year),
                          field("days", &Heatmap::days, {.about = "Every day of the year."})};
    }
};

// ---- global

// The activity of all users on a day, in an ISO week or in a month; by each user's own days.
template <Granularity kGranularity>
struct GlobalPeriod {
    using Label = Bucket<kGranularity>::Label;
    Label label{};
    std::int64_t active_users = 0;
    std::int64_t new_users = 0;
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;

    static constexpr std::string_view kName = kGranularity == Granularity::day    ? "GlobalDay"
                                              : kGranularity == Granularity::week ? "GlobalWeek"
                                                                                  : "GlobalMonth";
    static constexpr auto fields() {
        using P = GlobalPeriod;
        return std::tuple{field(Bucket<kGranularity>::kLabel, &P::label, {.about = Bucket<kGranularity>::kAbout}),
                          field("activeUsers", &P::active_users, {.about = "Users with a completed session."}),
                          field("newUsers", &P::new_users), field("sessions", &P::sessions),
                          field("seconds", &P::seconds)};
    }
};

struct GlobalTotals {
    std::int64_t new_users = 0;
    std::int64_t sessions = 0;
    std::int64_t seconds = 0;

    static constexpr std::string_view kName = "GlobalTotals";
    static constexpr auto fields() {
        return std::tuple{field("newUsers", &GlobalTotals::new_users), field("sessions", &GlobalTotals::sessions),
                          field("seconds", &GlobalTotals::seconds)};
    }
};

// The users who registered in one week.
struct Cohort {
    std::string week;
    std::int64_t new_users = 0;
    std::vector<std::int64_t> active_users;

    static constexpr std::string_view kName = "Cohort";
    static constexpr auto fields() {
        return std::tuple{field("week", &Cohort::week, {.about = "Week of registration."}),
                          field("newUsers", &Cohort::new_users),
                          field("activeUsers", &Cohort::active_users,
                                {.about = "Users with a completed session in the week of registration, in the "
                                          "following week, and so on up to the last week of the range."})};
    }
};

// Accounts that have been deleted since still count.
struct GlobalAnalytics {
    Timestamp as_of{};
    std::vector<GlobalPeriod<Granularity::day>> days;
    std::vector<GlobalPeriod<Granularity::week>> weeks;
    std::vector<GlobalPeriod<Granularity::month>> months;
    GlobalTotals totals;
    std::vector<Cohort> retention;

    static constexpr std::string_view kName = "GlobalAnalytics";
    static constexpr auto fields() {
        using G = GlobalAnalytics;
        return std::tuple{field("asOf", &G::as_of),
                          field("days", &G::days, {.about = "Every day of the range."}),
                          field("weeks", &G::weeks, {.about = "Every week that overlaps the range, complete."}),
                          field("months", &G::months, {.about = "Every month that overlaps the range, complete."}),
                          field("totals", &G::totals, {.about = "Sums over the days."}),
                          field("retention", &G::retention, {.about = "One cohort per week."})};
    }
};

// ---- now

struct Now {
    std::int64_t meditating = 0;
    std::int64_t groups_running = 0;
    std::optional<std::int64_t> connections;
    Timestamp as_of{};

    static constexpr std::string_view kName = "Now";
    static constexpr auto fields() {
        return std::tuple{field("meditating", &Now::meditating, {.about = "People who meditate, alone or in a group."}),
                          field("groupsRunning", &Now::groups_running),
                          field("connections", &Now::connections,
                                {.about = "Open group sockets on all nodes. Null while Redis is unavailable."}),
                          field("asOf", &Now::as_of)};
    }
};

}  // namespace mindspace::analytics
