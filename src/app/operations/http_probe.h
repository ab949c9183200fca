#pragma once
// One GET of a page of ours, for a command that looks at a running program from outside (libcurl). Blocks.

#include "platform/json/schema.h"

#include <string>

namespace mindspace::app {

struct ProbeAnswer {
    long status = 0;      // 0: none came
    std::string failure;  // why
    std::string body;
};

// Within five seconds; certificates are verified, redirects not followed, proxies of the environment not used.
ProbeAnswer http_get(const std::string& url);

// The answer of GET /whoami: what the server sees of its caller.
struct SeenCaller {
    std::string address;
    Timestamp time{};

    static constexpr std::string_view kName = "SeenCaller";
    static constexpr auto fields() {
        return std::tuple{schema::field("address", &SeenCaller::address,
                                        {.about = "The client behind the proxies that are trusted."}),
                          schema::field("time", &SeenCaller::time, {.about = "The server's clock."})};
    }
};

}  // namespace mindspace::app
