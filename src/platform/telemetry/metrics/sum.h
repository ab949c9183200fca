#pragma once
// Sums of the metrics of several cores.

#include <cstdint>

namespace mindspace::telemetry {

// `parts` are pointers to the objects with the metric, one per core; `read` returns the metric of one.
template <class Parts, class Read>
std::uint64_t sum(const Parts& parts, Read read) {
    std::uint64_t total = 0;
    for (const auto& part : parts) total += static_cast<std::uint64_t>(read(*part));
    return total;
}

}  // namespace mindspace::telemetry
