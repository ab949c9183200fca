#pragma once
// What the gateway itself serves: the pages of web/, the API's descriptions, and what it sees of a caller.

#include "platform/http/api/endpoint_table.h"
#include "platform/http/api/static_content.h"

#include <string>

namespace mindspace::gateway {

// The content of the pages.
struct Pages {
    http::StaticDocument openapi;
    http::StaticDocument asyncapi;
};

// The response of GET /whoami.
struct ObservedCaller {
    std::string address;
    Timestamp time{};

    static constexpr std::string_view kName = "SeenCaller";
    static constexpr auto fields() {
        return std::tuple{schema::field("address", &ObservedCaller::address,
                                        {.about = "The client behind the proxies that are trusted."}),
                          schema::field("time", &ObservedCaller::time, {.about = "The server's clock."})};
    }
};

// /, /openapi.json, /asyncapi.json, /whoami and what web_assets() holds.
http::EndpointTable<Pages> page_endpoints();

}  // namespace mindspace::gateway
