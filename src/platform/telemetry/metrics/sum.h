#pragma once
// Figures of several cores as one.

#include <cstdint>

namespace mindspace::telemetry {

// `parts` are pointers to what has the figure, of each core; `figure` reads it.
template <class Parts, class Figure>
std::uint64_t sum(const Parts& parts, Figure figure) {
    std::uint64_t total = 0;
    for (const auto& part : parts) total += static_cast<std::uint64_t>(figure(*part));
    return total;
}

}  // namespace mindspace::telemetry
