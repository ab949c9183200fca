#include "platform/base/time.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace mindspace {

namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

// RFC 3339 has four digits for the year; the year 0 is excluded, since PostgreSQL and most clients do not have it.
constexpr Timestamp kFirst = sys_days(year(1) / 1 / 1);
constexpr Timestamp kEnd = sys_days(year(10'000) / 1 / 1);

constexpr LocalDate kFirstDate{year(1) / 1 / 1};
constexpr LocalDate kLastDate{year(9999) / 12 / 31};

// "00" to "99".
constexpr std::array<char, 200> kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

void put_pair(char* at, unsigned value) {
    std::memcpy(at, kPairs.data() + std::size_t{2} * value, 2);
}

void put_date(char* at, year_month_day date) {
    auto y = static_cast<unsigned>(static_cast<int>(date.year()));
    put_pair(at, y / 100);
    put_pair(at + 2, y % 100);
    put_pair(at + 5, static_cast<unsigned>(date.month()));
    put_pair(at + 8, static_cast<unsigned>(date.day()));
}

// Reads a text from left to right; the first mismatch makes the complete scan fail.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    // Exactly `width` digits with a value of at most `max`.
    unsigned digits(std::size_t width, unsigned max) {
        unsigned value = 0;
        for (std::size_t i = 0; i < width; ++i) value = value * 10 + digit();
        if (value > max) ok_ = false;
        return value;
    }

    // One or more digits, of which up to nine are read as a decimal fraction of a second.
    Milliseconds fraction() {
        unsigned value = 0;
        unsigned count = 0;
        for (; count == 0 || (count < 9 && next_is_digit()); ++count) {
            unsigned d = digit();
            if (count < 3) value = value * 10 + d;
        }
        for (; count < 3; ++count) value *= 10;
        return Milliseconds(value);
    }

    // One of the characters in `allowed`; 0 if the next character is none of them.
    char one_of(std::string_view allowed) {
        if (rest_.empty() || !allowed.contains(rest_.front())) {
            ok_ = false;
            return 0;
        }
        char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool next_is(char c) const { return rest_.starts_with(c); }
    bool finished() const { return ok_ && rest_.empty(); }
    void fail() { ok_ = false; }

private:
    bool next_is_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

    unsigned digit() {
        if (!next_is_digit()) {
            ok_ = false;
            return 0;
        }
        auto value = static_cast<unsigned>(rest_.front() - '0');
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    bool ok_ = true;
};

year_month_day scan_date(Scanner& scanner) {
    auto y = scanner.digits(4, 9999);
    scanner.one_of("-");
    auto m = scanner.digits(2, 12);
    scanner.one_of("-");
    auto d = scanner.digits(2, 31);
    auto date = year(static_cast<int>(y)) / month(m) / day(d);
    if (y == 0 || !date.ok()) scanner.fail();
    return date;
}

// "Z" or "+hh:mm": how far the local clock is ahead of UTC.
minutes scan_offset(Scanner& scanner) {
    char sign = scanner.one_of("Zz+-");
    if (sign == 'Z' || sign == 'z') return {};
    auto h = scanner.digits(2, 23);
    scanner.one_of(":");
    auto m = scanner.digits(2, 59);
    auto offset = hours(h) + minutes(m);
    return sign == '-' ? -offset : offset;
}

}  // namespace

TimestampText timestamp_text(Timestamp at) {
    at = std::clamp(at, kFirst, kEnd - Milliseconds(1));
    auto midnight = std::chrono::floor<days>(at);
    auto of_day = static_cast<unsigned>((at - midnight).count());
    TimestampText text;
    std::ranges::copy(std::string_view("0000-00-00T00:00:00.000Z"), text.begin());
    put_date(text.data(), midnight);
    put_pair(text.data() + 11, of_day / 3'600'000);
    put_pair(text.data() + 14, of_day / 60'000 % 60);
    put_pair(text.data() + 17, of_day / 1'000 % 60);
    auto thousandths = of_day % 1'000;
    text[20] = static_cast<char>('0' + thousandths / 100);
    put_pair(text.data() + 21, thousandths % 100);
    return text;
}

std::string format_timestamp(Timestamp at) {
    auto text = timestamp_text(at);
    return {text.data(), text.size()};
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    Scanner scanner(text);
    auto date = scan_date(scanner);
    scanner.one_of("Tt");
    auto h = scanner.digits(2, 23);
    scanner.one_of(":");
    auto m = scanner.digits(2, 59);
    scanner.one_of(":");
    auto s = scanner.digits(2, 60);
    Milliseconds fraction{};
    if (scanner.next_is('.')) {
        scanner.one_of(".");
        fraction = scanner.fraction();
    }
    auto offset = scan_offset(scanner);
    if (!scanner.finished()) return std::nullopt;

    auto second = sys_days(date) + hours(h) + minutes(m) + Seconds(s) - offset;
    if (s == 60) {
        // A leap second (RFC 3339 section 5.7) ends a month in UTC. POSIX time cannot represent it: it is read as the
        // second after it, which must then be the first of the first day of a month.
        auto midnight = std::chrono::floor<days>(second);
        if (second != midnight || year_month_day(midnight).day() != day(1)) return std::nullopt;
    }
    Timestamp at = second + fraction;
    if (at < kFirst || at >= kEnd) return std::nullopt;
    return at;
}

DateText date_text(LocalDate date) {
    DateText text;
    text[4] = text[7] = '-';
    put_date(text.data(), year_month_day(std::clamp(date, kFirstDate, kLastDate)));
    return text;
}

std::string format_date(LocalDate date) {
    auto text = date_text(date);
    return {text.data(), text.size()};
}

std::optional<LocalDate> parse_date(std::string_view text) {
    Scanner scanner(text);
    auto date = scan_date(scanner);
    if (!scanner.finished()) return std::nullopt;
    return LocalDate(date);
}

}  // namespace mindspace
