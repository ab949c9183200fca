#pragma once
// The kinds of meditation.

#include <array>
#include <string_view>

namespace mindspace::meditation {

enum class Kind { breathing, body_scan, loving_kindness, mindfulness, mantra, sleep, walking, visualization, other };

constexpr auto names_of(Kind) {
    return std::array<std::string_view, 9>{"breathing", "bodyScan", "lovingKindness", "mindfulness", "mantra",
                                           "sleep",     "walking",  "visualization",  "other"};
}

}  // namespace mindspace::meditation
