#pragma once
// The reply to INFO: lines "name:value" in sections.

#include <string>
#include <string_view>

namespace mindspace::redis {

// The value of a line; empty if there is none. Views `info`.
inline std::string_view info_value(std::string_view info, std::string_view name) {
    const auto line = info.find("\n" + std::string(name) + ':');
    if (line == std::string_view::npos) return {};
    const auto value = info.substr(line + name.size() + 2);
    return value.substr(0, value.find_first_of("\r\n"));
}

}  // namespace mindspace::redis
