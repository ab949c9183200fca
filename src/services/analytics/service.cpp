#include "services/analytics/service.h"

#include "platform/async/when_all.h"
#include "platform/base/calendar.h"

namespace mindspace::analytics {

namespace {

using std::chrono::days;

constexpr days kLongestDaily{366};
constexpr days kLongestRollup{1100};
// How long a result of `now` is valid on this core: a published count is half a second old already.
constexpr Milliseconds kReadNowTtl{250};
constexpr Milliseconds kCountedNowTtl{1000};

Error user_gone() {
    return {ErrorCode::unauthenticated, "user_gone", "This account no longer exists.", {}};
}

std::optional<Error> refuse(Range range, days longest) {
    schema::Faults faults;
    if (range.to < range.from)
        faults.add_parameter("to", "before_from", "must not be before from");
    else if (range.to - range.from >= longest)
        faults.add_parameter("to", "too_far",
                             "must be less than " + std::to_string(longest.count()) + " days after from");
    if (faults.empty()) return std::nullopt;
    return schema::validation_failed(std::move(faults));
}

Range days_of(std::chrono::year year) {
    return {.from = LocalDate(year / std::chrono::January / 1), .to = LocalDate(year / std::chrono::December / 31)};
}

// Sets a flag for the lifetime of this object.
class ScopedFlag {
public:
    explicit ScopedFlag(bool& flag) : flag_(flag) { flag_ = true; }
    ~ScopedFlag() { flag_ = false; }
    ScopedFlag(const ScopedFlag&) = delete;
    ScopedFlag& operator=(const ScopedFlag&) = delete;

private:
    bool& flag_;
};

}  // namespace

template <Granularity kGranularity>
Awaitable<Result<Series<kGranularity>>> AnalyticsService::find_series(UserId id, Range range, days longest) {
    if (auto refusal = refuse(range, longest)) co_return std::move(*refusal);
    auto as_of = clock_.now();
    auto [user, rows] = co_await when_all(store_.find_user(id), store_.list_days(id, range));
    if (!user) co_return user_gone();
    co_return Series<kGranularity>{.timezone = std::move(user->timezone),
                                   .as_of = as_of,
                                   .items = roll_up<kGranularity>(rows, range),
                                   .totals = add_up(rows)};
}

Awaitable<Result<Series<Granularity::day>>> AnalyticsService::find_daily(UserId user, Range range) {
    return find_series<Granularity::day>(user, range, kLongestDaily);
}

Awaitable<Result<Series<Granularity::week>>> AnalyticsService::find_weekly(UserId user, Range range) {
    return find_series<Granularity::week>(user, range, kLongestRollup);
}

Awaitable<Result<Series<Granularity::month>>> AnalyticsService::find_monthly(UserId user, Range range) {
    return find_series<Granularity::month>(user, range, kLongestRollup);
}

Awaitable<Result<Summary>> AnalyticsService::find_summary(UserId id) {
    auto as_of = clock_.now();
    // Regardless of the user's zone, their today is one of these.
    auto utc = LocalDate(std::chrono::floor<days>(as_of).time_since_epoch());
    Range range{.from = summary_range(utc - days(2)).from, .to = summary_range(utc + days(1)).to};
    auto [user, past] = co_await when_all(store_.find_user(id), store_.find_past(id, range));
    if (!user) co_return user_gone();
    auto today = user::today_of(*user, as_of);
    auto skipped = past.lifetime.streak_days().skipped_dates(user->timezone, today);
    auto summary = summarise(past.lifetime, past.days, today, skipped, user->daily_goal_seconds);
    summary.timezone = std::move(user->timezone);
    summary.as_of = as_of;
    co_return summary;
}

Awaitable<Result<Heatmap>> AnalyticsService::find_heatmap(UserId id, std::optional<std::int32_t> wanted) {
    auto user = co_await store_.find_user(id);
    if (!user) co_return user_gone();
    auto this_year = std::chrono::year_month_day(user::today_of(*user, clock_.now())).year();
    auto year = wanted.value_or(static_cast<int>(this_year));
    auto range = days_of(std::chrono::year(year));
    auto rows = co_await store_.list_days(id, range);
    Heatmap heatmap{.year = year, .days = {}};
    for (const auto& day : roll_up<Granularity::day>(rows, range))
        heatmap.days.push_back(
            {.date = day.label, .seconds = day.seconds, .level = heat_level(day.seconds, user->daily_goal_seconds)});
    co_return heatmap;
}

Awaitable<Result<GlobalAnalytics>> AnalyticsService::find_global(Range range) {
    if (auto refusal = refuse(range, kLongestRollup)) co_return std::move(*refusal);
    auto counts = co_await store_.find_global(range);
    co_return arrange(counts, range);
}

Awaitable<Result<Now>> AnalyticsService::find_now() {
    auto now = clock_.now();
    // While one call reads, the others return the last known value.
    if (now_ && (is_refreshing_ || now < refresh_at_)) co_return *now_;
    ScopedFlag refreshing(is_refreshing_);
    auto current = co_await live_stats_.find();
    refresh_at_ = now + (current ? kReadNowTtl : kCountedNowTtl);
    if (!current) current = co_await store_.count_now(now);
    now_ = current;
    co_return *now_;
}

}  // namespace mindspace::analytics
