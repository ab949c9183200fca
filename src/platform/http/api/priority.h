#pragma once
// The order in which requests are served when not all of them can be served in time. Each endpoint declares its own.

#include <array>
#include <cstdint>
#include <string_view>

namespace mindspace::http {

enum class Priority : std::uint8_t {
    first,  // never refused: health, refresh, what a running session needs
    usual,
    last,  // refused first: expensive requests that can wait, such as logins
};
constexpr auto names_of(Priority) {
    return std::array<std::string_view, 3>{"first", "usual", "last"};
}

}  // namespace mindspace::http
