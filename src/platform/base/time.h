#pragma once
// Points in time and calendar dates, with one text form each (RFC 3339). Time zones are in calendar.h.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// UTC, to the millisecond: the precision of the API and the database.
using Timestamp = std::chrono::sys_time<Milliseconds>;
// A calendar day without a time zone.
using LocalDate = std::chrono::local_days;

// The source of the current time. Rules take the time as a parameter; tests supply their own clock.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override {
        return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
    }
};

// "2026-11-23T06:00:00.000Z"
using TimestampText = std::array<char, 24>;
TimestampText timestamp_text(Timestamp at);
std::string format_timestamp(Timestamp at);
// Parses any RFC 3339 date-time with an offset; digits after milliseconds are cut.
std::optional<Timestamp> parse_timestamp(std::string_view text);

// "2026-11-23"
using DateText = std::array<char, 10>;
DateText date_text(LocalDate date);
std::string format_date(LocalDate date);
std::optional<LocalDate> parse_date(std::string_view text);

}  // namespace mindspace
