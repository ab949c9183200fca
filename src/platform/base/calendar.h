#pragma once
// The calendar as a person sees it: IANA time zones, days that begin when the person wants, ISO weeks, months.
// The zones are those of the system's tzdata; daylight saving is known up to 2037, as far as its tables reach.
// Any thread may call anything here: after load_time_zones() no lookup takes a lock, except the very first use of a
// zone, which reads its file (some 70 µs).

#include "platform/base/time.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace date {
class time_zone;
}

namespace mindspace {

// Reads the list of zones (15 ms). Called by main before the cores start. Throws if tzdata is not installed.
void load_time_zones();

class TimeZone {
public:
    // By its exact name in tzdata ("Europe/Berlin"), older names such as "Asia/Calcutta" included.
    static std::optional<TimeZone> find(std::string_view iana_name);

    // As it was asked for; lives as long as the program.
    [[nodiscard]] std::string_view name() const;

    // The date on the wall at `at`. A day begins when the clock shows `day_start` (0 to 6 hours): what happens
    // before belongs to the day before.
    [[nodiscard]] LocalDate local_date(Timestamp at, std::chrono::hours day_start) const;

    // The first instant of the day. Where the clock skips that hour (or that whole day), the first one after the
    // gap; where it shows it twice, the earlier.
    [[nodiscard]] Timestamp start_of_day(LocalDate date, std::chrono::hours day_start) const;

    // The dates from `first` to `last` that never were in this zone: its clock went over all of them, as that of Samoa
    // over 30 December 2011. Ascending.
    [[nodiscard]] std::vector<LocalDate> skipped_dates(LocalDate first, LocalDate last) const;

    // The hour on the wall, 0 to 23.
    [[nodiscard]] int local_hour(Timestamp at) const;

    bool operator==(const TimeZone&) const = default;

private:
    explicit TimeZone(const date::time_zone& zone) : zone_(&zone) {}

    [[nodiscard]] std::chrono::local_time<Milliseconds> local_time(Timestamp at) const;

    const date::time_zone* zone_;  // owned by the database, which is never reloaded
};

// A week by ISO 8601: it begins on Monday and belongs to the year of its Thursday.
struct IsoWeek {
    int year;
    unsigned week;  // 1 to 53

    auto operator<=>(const IsoWeek&) const = default;
};

IsoWeek iso_week_of(LocalDate date);
LocalDate monday_of(LocalDate date);
LocalDate first_day_of_month(LocalDate date);
LocalDate last_day_of_month(LocalDate date);

// "2026-W48"
std::string format_week(IsoWeek week);
// "2026-11", the month that `date` lies in.
std::string format_month(LocalDate date);

}  // namespace mindspace
