#include "platform/base/calendar.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <stdexcept>
#include <unordered_map>

namespace mindspace {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::year_month_day;

using ZonesByName = std::unordered_map<std::string_view, const date::time_zone*>;

// A separate index, because the library throws for an unknown name, and names come from clients.
const ZonesByName& zones_by_name() {
    static const ZonesByName zones = [] {
        ZonesByName index;
        for (const auto& zone : date::get_tzdb().zones) {
            // A link to this machine's zone, which the library mistakes for the name of a zone.
            if (zone.name() == "localtime") continue;
            index.emplace(zone.name(), &zone);
        }
        return index;
    }();
    return zones;
}

}  // namespace

void load_time_zones() {
    if (!TimeZone::find("UTC")) throw std::runtime_error("the time zone database (tzdata) is not installed");
}

std::optional<TimeZone> TimeZone::find(std::string_view iana_name) {
    const auto& zones = zones_by_name();
    auto found = zones.find(iana_name);
    if (found == zones.end()) return std::nullopt;
    return TimeZone(*found->second);
}

std::string_view TimeZone::name() const {
    return zone_->name();
}

std::chrono::local_time<Milliseconds> TimeZone::local_time(Timestamp at) const {
    return std::chrono::local_time<Milliseconds>(at.time_since_epoch() + zone_->get_info(at).offset);
}

LocalDate TimeZone::local_date(Timestamp at, hours day_start) const {
    return std::chrono::floor<days>(local_time(at) - day_start);
}

Timestamp TimeZone::start_of_day(LocalDate date, hours day_start) const {
    Seconds local = date.time_since_epoch() + day_start;
    auto info = zone_->get_info(date::local_seconds(local));
    if (info.result == date::local_info::nonexistent) return info.second.begin;
    return Timestamp(local - info.first.offset);
}

std::vector<LocalDate> TimeZone::skipped_dates(LocalDate first, LocalDate last) const {
    using std::chrono::local_seconds;
    // No local clock differs more than that from UTC.
    constexpr days kMaxOffset{2};
    std::vector<LocalDate> skipped;
    const std::chrono::sys_seconds end(last.time_since_epoch() + kMaxOffset);
    auto info = zone_->get_info(std::chrono::sys_seconds(first.time_since_epoch() - kMaxOffset));
    while (info.end < end) {
        auto next = zone_->get_info(info.end);
        const local_seconds before(info.end.time_since_epoch() + info.offset);
        const local_seconds after(info.end.time_since_epoch() + next.offset);
        for (LocalDate date = std::chrono::ceil<days>(before); date + days(1) <= after; date += days(1))
            if (first <= date && date <= last) skipped.push_back(date);
        info = std::move(next);
    }
    return skipped;
}

int TimeZone::local_hour(Timestamp at) const {
    auto local = local_time(at);
    return static_cast<int>(std::chrono::floor<hours>(local - std::chrono::floor<days>(local)).count());
}

IsoWeek iso_week_of(LocalDate date) {
    auto thursday = monday_of(date) + days(3);
    auto year = year_month_day(thursday).year();
    auto first = LocalDate(year / 1 / 1);
    return {static_cast<int>(year), static_cast<unsigned>((thursday - first).count() / 7 + 1)};
}

LocalDate monday_of(LocalDate date) {
    return date - (std::chrono::weekday(date) - std::chrono::Monday);
}

LocalDate first_day_of_month(LocalDate date) {
    year_month_day day(date);
    return LocalDate(day.year() / day.month() / 1);
}

LocalDate last_day_of_month(LocalDate date) {
    year_month_day day(date);
    return LocalDate(day.year() / day.month() / std::chrono::last);
}

std::string format_week(IsoWeek week) {
    return fmt::format("{:04}-W{:02}", week.year, week.week);
}

std::string format_month(LocalDate date) {
    return format_date(date).substr(0, 7);
}

}  // namespace mindspace
