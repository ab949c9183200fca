#pragma once
// Numbered events, for tests of which consumer handles which event, how often and in which order: published from n to
// m, and recorded in a table `handled (n, position)`.

#include "platform/events/event.h"
#include "platform/postgres/connection/session.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mindspace::events {

using Numbers = std::vector<std::int64_t>;

inline constexpr postgres::Statement kListHandled{"test_list",
                                                  "SELECT coalesce(array_agg(n ORDER BY position), '{}') FROM handled"};

inline Numbers numbers_of(std::span<const Event> events) {
    Numbers numbers;
    for (const auto& event : events) numbers.push_back(std::stoll(event.payload));
    return numbers;
}

inline Numbers count_to(std::int64_t last) {
    Numbers numbers;
    for (std::int64_t n = 1; n <= last; ++n) numbers.push_back(n);
    return numbers;
}

}  // namespace mindspace::events
