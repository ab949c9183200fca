#pragma once
// Sums of the metrics of several cores.

#include <cstdint>

namespace mindspace::telemetry {

// `parts` are pointers to the objects with the metric, one per core; `figure` reads the metric.
template <class Parts, class Figure>
std::uint64_t sum(const Parts& parts, Figure figure) {
    std::uint64_t total = 0;
    for (const auto& part : parts) total += static_cast<std::uint64_t>(figure(*part));
    return total;
}

}  // namespace mindspace::telemetry
