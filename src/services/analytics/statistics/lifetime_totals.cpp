#include "services/analytics/statistics/lifetime_totals.h"

#include "platform/json/writer.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <tuple>

namespace mindspace::analytics {

namespace {

namespace json = boost::json;

constexpr std::array<std::int64_t, 7> kSessionMilestones{1, 10, 50, 100, 250, 500, 1000};
constexpr std::array<std::int64_t, 6> kHourMilestones{1, 10, 50, 100, 500, 1000};
constexpr std::array<std::int64_t, 7> kStreakMilestones{3, 7, 14, 30, 60, 100, 365};

constexpr std::int64_t kSecondsPerHour = 3600;

// Space for the parsed totals of some years; more is allocated.
constexpr std::size_t kParseBufferSize = 8192;

std::string_view text_of(const json::value& value) {
    return std::string_view(value.as_string());
}

Timestamp time_of(const json::value& value) {
    return parse_timestamp(text_of(value)).value();
}

}  // namespace

// A statistic that only grows has grown at that time.
void LifetimeTotals::reach(std::string_view kind, std::span<const std::int64_t> values, std::int64_t before,
                           std::int64_t after, Timestamp at) {
    auto order = [](const MilestoneReached& reached) { return std::tie(reached.at, reached.value, reached.kind); };
    for (auto value : values) {
        if (value <= before || after < value) continue;
        MilestoneReached reached{std::string(kind), value, at};
        auto position = std::ranges::upper_bound(milestones_, order(reached), {}, order);
        milestones_.insert(position, std::move(reached));
    }
}

void LifetimeTotals::add(const CompletedSession& session, Dates skipped) {
    auto seconds = seconds_ + session.seconds;
    reach("sessions", kSessionMilestones, sessions_, sessions_ + 1, session.ended_at);
    reach("hours", kHourMilestones, seconds_ / kSecondsPerHour, seconds / kSecondsPerHour, session.ended_at);
    if (session.seconds >= kStreakSeconds && !streak_days_.contains(session.local_date)) {
        streak_days_.add(session.local_date);
        auto length = streak_days_.run_around(session.local_date, skipped);
        reach("streakDays", kStreakMilestones, longest_streak_, length, session.ended_at);
        longest_streak_ = std::max(longest_streak_, length);
    }
    ++sessions_;
    seconds_ = seconds;
    last_ended_at_ = session.ended_at;
    auto& kind = kinds_[session.kind];
    ++kind.sessions;
    kind.seconds += session.seconds;
    ++hours_.at(static_cast<std::size_t>(session.hour));
}

void LifetimeTotals::record_day(LocalDate date, std::int64_t seconds) {
    bool is_best =
        !best_day_ || seconds > best_day_->seconds || (seconds == best_day_->seconds && date < best_day_->date);
    if (is_best) best_day_ = BestDay{.date = date, .seconds = seconds};
}

Lifetime LifetimeTotals::as_of(LocalDate today, Dates skipped) const {
    return {.sessions = sessions_,
            .seconds = seconds_,
            .last_session_at = last_ended_at_,
            .streaks = streak_days_.as_of(today, skipped),
            .milestones = milestones_};
}

std::optional<std::string> LifetimeTotals::favourite_kind() const {
    auto first = std::ranges::max_element(
        kinds_, {}, [](const auto& kind) { return std::tie(kind.second.sessions, kind.second.seconds); });
    if (first == kinds_.end()) return std::nullopt;
    return first->first;
}

std::optional<std::int32_t> LifetimeTotals::favourite_hour() const {
    if (sessions_ == 0) return std::nullopt;
    return static_cast<std::int32_t>(std::ranges::max_element(hours_) - hours_.begin());
}

// Called once per event of a user: builds no tree.
std::string LifetimeTotals::to_json() const {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.plain_key("sessions");
    writer.integer(sessions_);
    writer.plain_key("seconds");
    writer.integer(seconds_);
    writer.plain_key("lastEndedAt");
    if (last_ended_at_)
        writer.plain(timestamp_text(*last_ended_at_));
    else
        writer.null();
    writer.plain_key("kinds");
    writer.begin_object();
    for (const auto& [name, kind] : kinds_) {
        writer.key(name);
        writer.begin_array();
        writer.integer(kind.sessions);
        writer.integer(kind.seconds);
        writer.end_array();
    }
    writer.end_object();
    writer.plain_key("hours");
    writer.begin_array();
    for (auto count : hours_) writer.integer(count);
    writer.end_array();
    writer.plain_key("bestDay");
    if (best_day_) {
        writer.begin_array();
        writer.plain(date_text(best_day_->date));
        writer.integer(best_day_->seconds);
        writer.end_array();
    } else {
        writer.null();
    }
    writer.plain_key("longestStreakDays");
    writer.integer(longest_streak_);
    writer.plain_key("streakDays");
    writer.begin_array();
    for (const auto& [word, bits] : streak_days_.words()) {
        writer.begin_array();
        writer.integer(word);
        writer.integer(bits);
        writer.end_array();
    }
    writer.end_array();
    writer.plain_key("milestones");
    writer.begin_array();
    for (const auto& reached : milestones_) {
        writer.begin_array();
        writer.plain(reached.kind);
        writer.integer(reached.value);
        writer.plain(timestamp_text(reached.at));
        writer.end_array();
    }
    writer.end_array();
    writer.end_object();
    return text;
}

LifetimeTotals LifetimeTotals::from_json(std::string_view text) {
    std::array<unsigned char, kParseBufferSize> memory;
    json::monotonic_resource resource(memory.data(), memory.size());
    auto document = json::parse(text, &resource);
    LifetimeTotals totals;
    totals.sessions_ = document.at("sessions").as_int64();
    totals.seconds_ = document.at("seconds").as_int64();
    if (const auto& last = document.at("lastEndedAt"); !last.is_null()) totals.last_ended_at_ = time_of(last);
    for (const auto& [name, kind] : document.at("kinds").as_object())
        totals.kinds_[name] = {.sessions = kind.at(0).as_int64(), .seconds = kind.at(1).as_int64()};
    for (std::size_t hour = 0; hour < totals.hours_.size(); ++hour)
        totals.hours_.at(hour) = document.at("hours").at(hour).as_int64();
    if (const auto& best = document.at("bestDay"); !best.is_null())
        totals.best_day_ = BestDay{.date = parse_date(text_of(best.at(0))).value(), .seconds = best.at(1).as_int64()};
    totals.longest_streak_ = document.at("longestStreakDays").to_number<std::int32_t>();
    StreakDays::BitWords words;
    for (const auto& word : document.at("streakDays").as_array())
        words[word.at(0).to_number<std::int32_t>()] = word.at(1).to_number<std::uint32_t>();
    totals.streak_days_ = StreakDays(std::move(words));
    for (const auto& reached : document.at("milestones").as_array())
        totals.milestones_.push_back(
            {std::string(text_of(reached.at(0))), reached.at(1).as_int64(), time_of(reached.at(2))});
    return totals;
}

void LifetimeFold::add(const CompletedSession& session) {
    totals_.add(session, skipped_);
    seconds_[session.local_date] += session.seconds;
}

LifetimeTotals LifetimeFold::totals() && {
    for (const auto& [date, sum] : seconds_) totals_.record_day(date, sum);
    return std::move(totals_);
}

LifetimeTotals fold_lifetime(std::span<const CompletedSession> sessions, Dates skipped) {
    LifetimeFold fold(skipped);
    for (const auto& session : sessions) fold.add(session);
    return std::move(fold).totals();
}

}  // namespace mindspace::analytics
