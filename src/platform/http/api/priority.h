#pragma once
// In which order requests are served when not all of them can be in time. Each endpoint declares its own.

#include <array>
#include <cstdint>
#include <string_view>

namespace mindspace::http {

enum class Priority : std::uint8_t {
    first,  // never refused: health, refresh, what a running sit needs
    usual,
    last,  // refused before the others: what costs much and can wait, such as logins
};
constexpr auto names_of(Priority) {
    return std::array<std::string_view, 3>{"first", "usual", "last"};
}

}  // namespace mindspace::http
