#include "services/analytics/statistics/rollup.h"

#include <algorithm>

namespace mindspace::analytics {

namespace {

using std::chrono::days;

std::optional<double> average(std::int64_t sum, std::int64_t count) {
    if (count == 0) return std::nullopt;
    return static_cast<double>(sum) / static_cast<double>(count);
}

SecondsByKind add_up_kinds(std::span<const DailyTotals> rows) {
    if (rows.empty()) return {};
    if (rows.size() == 1) return rows.front().seconds_by_kind;
    SecondsByKind::Members sum;
    for (const auto& row : rows) row.seconds_by_kind.add_to(sum);
    return SecondsByKind(sum);
}

}  // namespace

Totals add_up(std::span<const DailyTotals> rows) {
    Totals totals;
    totals.seconds_by_kind = add_up_kinds(rows);
    DailyTotals sum;
    for (const auto& row : rows) {
        totals.sessions += row.sessions;
        totals.seconds += row.seconds;
        sum.mood_before_sum += row.mood_before_sum;
        sum.mood_before_count += row.mood_before_count;
        sum.mood_after_sum += row.mood_after_sum;
        sum.mood_after_count += row.mood_after_count;
    }
    totals.average_mood_before = average(sum.mood_before_sum, sum.mood_before_count);
    totals.average_mood_after = average(sum.mood_after_sum, sum.mood_after_count);
    return totals;
}

template <Granularity kGranularity>
std::vector<Bucket<kGranularity>> roll_up(std::span<const DailyTotals> rows, Range range) {
    std::vector<Bucket<kGranularity>> buckets;
    for (auto first = range.from; first <= range.to;) {
        auto last = std::min(last_day_of<kGranularity>(first), range.to);
        auto end = std::ranges::find_if(rows, [last](const DailyTotals& row) { return row.date > last; });
        auto inside = static_cast<std::size_t>(end - rows.begin());
        buckets.push_back({add_up(rows.first(inside)), label_of<kGranularity>(first)});
        rows = rows.subspan(inside);
        first = last + days(1);
    }
    return buckets;
}

template std::vector<Bucket<Granularity::day>> roll_up(std::span<const DailyTotals>, Range);
template std::vector<Bucket<Granularity::week>> roll_up(std::span<const DailyTotals>, Range);
template std::vector<Bucket<Granularity::month>> roll_up(std::span<const DailyTotals>, Range);

std::int32_t heat_level(std::int64_t seconds, std::int64_t goal_seconds) {
    if (seconds == 0) return 0;
    if (seconds * 2 < goal_seconds) return 1;
    if (seconds < goal_seconds) return 2;
    return seconds < goal_seconds * 2 ? 3 : 4;
}

}  // namespace mindspace::analytics
