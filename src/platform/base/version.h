#pragma once

#include <string_view>

namespace mindspace {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace mindspace
