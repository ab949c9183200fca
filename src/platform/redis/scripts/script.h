#pragma once
// A Lua script, its name in traces, and the hash under which Redis caches it (EVALSHA).

#include <string>

namespace mindspace::redis {

struct Script {
    std::string name;
    std::string source;
    std::string sha1;  // of the source, 40 lower-case hexadecimal digits

    // Called once, where the script is defined.
    static Script make(std::string name, std::string source);
};

}  // namespace mindspace::redis
