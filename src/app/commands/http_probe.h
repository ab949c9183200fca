#pragma once
// One GET of a page of ours, for a command that looks at a running program from outside (libcurl). Blocks.

#include <string>

namespace mindspace::app {

struct ProbeAnswer {
    long status = 0;      // 0: none came
    std::string failure;  // why
    std::string body;
};

// Within five seconds; certificates are verified, redirects not followed, proxies of the environment not used.
ProbeAnswer http_get(const std::string& url);

}  // namespace mindspace::app
