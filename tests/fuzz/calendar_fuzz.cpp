// libFuzzer: times, dates, time zones and the calendar entry of a group. For any numbers, texts are
// well-formed, parsed values are written unchanged, and no line of a calendar is too long.

#include "platform/base/calendar.h"
#include "platform/base/time.h"
#include "services/meditation/groups/calendar.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

namespace {

using namespace mindspace;

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "property broken: " << what << '\n';
    std::abort();
}

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
    std::int64_t number() {
        std::int64_t value = 0;
        const auto size = std::min(sizeof value, rest_.size());
        std::memcpy(&value, rest_.data(), size);
        rest_.remove_prefix(size);
        return value;
    }
    // Far beyond the years that can be written, within 64 bits.
    Timestamp time() { return Timestamp(Milliseconds(number() % 900'000'000'000'000)); }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

void read_text(std::string_view text) {
    if (auto at = parse_timestamp(text)) {
        if (parse_timestamp(format_timestamp(*at)) != at) fail("a time is not what it was");
    }
    if (auto date = parse_date(text)) {
        if (format_date(*date) != text) fail("a date is not what it was");
        if (format_week(iso_week_of(*date)).empty()) fail("a week without a name");
    }
}

void write_time(Timestamp at) {
    const auto written = parse_timestamp(format_timestamp(at));
    if (!written) fail("a time is written that cannot be read");
    at = *written;  // zones only get times that can be written
    for (auto name : {"UTC", "Asia/Tokyo", "America/New_York", "Pacific/Apia"}) {
        auto zone = TimeZone::find(name).value();
        auto date = zone.local_date(at, std::chrono::hours(4));
        if (!parse_date(format_date(date))) fail("a date is written that cannot be read");
        if (zone.start_of_day(date, std::chrono::hours(4)) > at) fail("a day that begins after its time");
        auto shown = zone.local_date(at, std::chrono::hours(0));
        if (!zone.skipped_dates(shown, shown).empty()) fail("a date that a clock shows was skipped");
        const int hour = zone.local_hour(at);
        if (hour < 0 || hour > 23) fail("an hour of no day");
    }
}

void write_calendar(Input& input) {
    meditation::Group group;
    group.version = 1;
    group.planned_seconds = static_cast<std::int32_t>(input.number());
    group.scheduled_for = input.time();
    group.created_at = input.time();
    group.updated_at = input.time();
    if (input.number() % 2 == 0) group.started_at = input.time();
    if (input.number() % 2 == 0) group.ended_at = input.time();
    group.state = static_cast<meditation::GroupState>(input.number() & 3);
    group.title = input.rest();
    group.description = input.rest();
    group.host.display_name = input.rest();
    const auto calendar = meditation::calendar_of(group).value();
    for (std::size_t at = 0; at < calendar.size();) {
        const auto end = calendar.find("\r\n", at);
        if (end == std::string::npos || end - at > 75) fail("a line that is not one");
        at = end + 2;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    Input input(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            read_text(input.rest());
            break;
        case 1:
            write_time(input.time());
            break;
        default:
            write_calendar(input);
    }
    return 0;
}
