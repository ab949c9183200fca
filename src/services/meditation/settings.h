#pragma once
// The settings of the meditation service; the program's settings fill them (src/app/settings).

#include <cstdint>
#include <string>
#include <vector>

namespace mindspace::meditation {

struct LiveSettings {
    std::string public_url;                    // "https://mind.example"; its origin may open sockets
    std::vector<std::string> allowed_origins;  // other origins that may; "*" for all
    double limit_scale = 1;                    // multiplies how much one user or socket may send
    std::uint32_t sockets_per_user = 10;
};

struct MeditationSettings {
    std::uint32_t groups_per_host = 20;  // scheduled or running at a time
    LiveSettings live;
};

}  // namespace mindspace::meditation
