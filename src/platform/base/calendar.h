#pragma once
// The calendar as a person sees it: IANA time zones, days that begin at an hour the person chooses, ISO weeks, months.
// The zones are those of the system's tzdata; daylight saving is known up to 2037, where its tables end. All functions
// may be called from any thread: after load_time_zones() no lookup takes a lock, except the very first use of a zone,
// which reads its file (some 70 µs).

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
    // Finds a zone by its exact name in tzdata ("Europe/Berlin"), including older names such as "Asia/Calcutta".
    static std::optional<TimeZone> find(std::string_view iana_name);

    // The name that was passed to find(); valid as long as the program runs.
    [[nodiscard]] std::string_view name() const;

    // The local date at `at`. A day begins when the local clock shows `day_start` (0 to 6 hours): earlier times belong
    // to the day before.
    [[nodiscard]] LocalDate local_date(Timestamp at, std::chrono::hours day_start) const;

    // The first instant of the day. If the clock skips that hour (or that complete day), the first instant after the
    // gap; if it shows that hour twice, the earlier one.
    [[nodiscard]] Timestamp start_of_day(LocalDate date, std::chrono::hours day_start) const;

    // The dates from `first` to `last` that never existed in this zone because its clock skipped them completely, as
    // Samoa's clock skipped 30 December 2011. Ascending.
    [[nodiscard]] std::vector<LocalDate> skipped_dates(LocalDate first, LocalDate last) const;

    // The local hour, 0 to 23.
    [[nodiscard]] int local_hour(Timestamp at) const;

    bool operator==(const TimeZone&) const = default;

private:
    explicit TimeZone(const date::time_zone& zone) : zone_(&zone) {}

    [[nodiscard]] std::chrono::local_time<Milliseconds> local_time(Timestamp at) const;

    const date::time_zone* zone_;  // owned by the database, which is never reloaded
};

// An ISO 8601 week: it begins on Monday and belongs to the year of its Thursday.
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
// "2026-11", the month that contains `date`.
std::string format_month(LocalDate date);

}  // namespace mindspace
