#pragma once
// The settings of the user service; the program's settings fill them (src/app/settings).

#include <cstdint>

namespace mindspace::user {

struct UserSettings {
    std::uint32_t profile_cache = 20'000;  // profiles that each core caches
};

}  // namespace mindspace::user
