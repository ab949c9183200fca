#pragma once
// One GET of one of our pages, for a command that examines a running program from outside (libcurl). Blocks.

#include <string>
#include <vector>

namespace mindspace::app {

struct ProbeResponse {
    long status = 0;      // 0: no response
    std::string failure;  // why there is no response
    std::string body;
};

// Times out after five seconds; certificates are verified, redirects are not followed, and the proxy settings of the
// environment are not used. `fields` are further lines of the request's head, such as "Origin: https://mind.example".
ProbeResponse http_get(const std::string& url, const std::vector<std::string>& fields = {});

}  // namespace mindspace::app
