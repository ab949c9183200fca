#pragma once
// Figures as short text for narrow columns; "-" for an unknown one (totals.h).

#include <string>

namespace mindspace::app::top {

std::string count_text(double count);       // 0, 12, 9999, 12k, 1.2M
std::string rate_text(double per_second);   // 0.0, 0.1, 123, 12k
std::string duration_text(double seconds);  // 0, 0.4ms, 12ms, 1.2s, 5m, 3h, 2d
std::string bytes_text(double bytes);       // 88M, 1.2G
std::string percent_text(double ratio);     // 85%

}  // namespace mindspace::app::top
