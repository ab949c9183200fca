#include "app/commands/top/figures.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace mindspace::app::top {

namespace {

constexpr const char* kDash = "-";

struct Unit {
    double size;
    const char* name;
};

// Two significant digits at least, in the largest unit that the value reaches.
template <std::size_t count>
std::string in_units(double value, const std::array<Unit, count>& largest_first) {
    for (const auto& [size, name] : largest_first)
        if (value >= size) return fmt::format("{:.{}f}{}", value / size, value / size < 9.95 ? 1 : 0, name);
    return fmt::format("{:.0f}", value);
}

}  // namespace

std::string count_text(double count) {
    if (std::isnan(count)) return kDash;
    if (count < 9999.5) return fmt::format("{:.0f}", count);
    return in_units(count, std::array<Unit, 3>{{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}});
}

std::string rate_text(double per_second) {
    return per_second < 9.95 ? fmt::format("{:.1f}", per_second) : count_text(per_second);
}

std::string duration_text(double seconds) {
    if (std::isnan(seconds)) return kDash;
    if (seconds == 0) return "0";
    if (seconds < 1) return fmt::format("{:.{}f}ms", seconds * 1e3, seconds < 0.00995 ? 1 : 0);
    return in_units(seconds, std::array<Unit, 4>{{{86'400, "d"}, {3'600, "h"}, {60, "m"}, {1, "s"}}});
}

std::string bytes_text(double bytes) {
    if (std::isnan(bytes)) return kDash;
    return in_units(bytes, std::array<Unit, 3>{{{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "K"}}});
}

std::string percent_text(double ratio) {
    return std::isnan(ratio) ? kDash : fmt::format("{:.0f}%", ratio * 100);
}

}  // namespace mindspace::app::top
