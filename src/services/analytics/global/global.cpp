#include "services/analytics/global/global.h"

#include "platform/base/calendar.h"
#include "services/analytics/statistics/rollup.h"

namespace mindspace::analytics {

namespace {

using std::chrono::days;

constexpr days kWeek{7};

PeriodCount find_period(const GlobalCounts& counts, std::string_view granularity, LocalDate first_day) {
    auto found = counts.periods.find({std::string(granularity), first_day});
    return found == counts.periods.end() ? PeriodCount{} : found->second;
}

std::int64_t find_cohort(const GlobalCounts& counts, LocalDate cohort_week, LocalDate week) {
    auto found = counts.cohorts.find({cohort_week, week});
    return found == counts.cohorts.end() ? 0 : found->second;
}

// All periods from the one that begins on `first` to the one that contains `last`.
template <Granularity kGranularity>
std::vector<GlobalPeriod<kGranularity>> periods_between(const GlobalCounts& counts, std::string_view granularity,
                                                        LocalDate first, LocalDate last) {
    std::vector<GlobalPeriod<kGranularity>> periods;
    for (auto day = first; day <= last; day = last_day_of<kGranularity>(day) + days(1)) {
        auto count = find_period(counts, granularity, day);
        periods.push_back({.label = label_of<kGranularity>(day),
                           .active_users = count.active_users,
                           .new_users = count.new_users,
                           .sessions = count.sessions,
                           .seconds = count.seconds});
    }
    return periods;
}

Cohort cohort_of(const GlobalCounts& counts, LocalDate monday, LocalDate last) {
    Cohort cohort{.week = label_of<Granularity::week>(monday),
                  .new_users = find_period(counts, "week", monday).new_users,
                  .active_users = {}};
    for (auto week = monday; week <= last; week += kWeek)
        cohort.active_users.push_back(find_cohort(counts, monday, week));
    return cohort;
}

}  // namespace

GlobalAnalytics arrange(const GlobalCounts& counts, Range range) {
    auto monday = monday_of(range.from);
    GlobalAnalytics response{
        .as_of = counts.as_of,
        .days = periods_between<Granularity::day>(counts, "day", range.from, range.to),
        .weeks = periods_between<Granularity::week>(counts, "week", monday, range.to),
        .months = periods_between<Granularity::month>(counts, "month", first_day_of_month(range.from), range.to),
        .totals = {},
        .retention = {}};
    for (const auto& day : response.days) {
        response.totals.new_users += day.new_users;
        response.totals.sessions += day.sessions;
        response.totals.seconds += day.seconds;
    }
    for (auto week = monday; week <= range.to; week += kWeek)
        response.retention.push_back(cohort_of(counts, week, range.to));
    return response;
}

}  // namespace mindspace::analytics
