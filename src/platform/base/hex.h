#pragma once

#include <string_view>

namespace mindspace {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace mindspace
