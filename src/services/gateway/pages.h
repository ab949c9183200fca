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

    static constexpr std::string_view kName = "ObservedCaller";
    static constexpr auto fields() {
        return std::tuple{schema::field("address", &ObservedCaller::address,
                                        {.about = "Client address, as forwarded by trusted proxies."}),
                          schema::field("time", &ObservedCaller::time, {.about = "Current time of the server."})};
    }
};

// The query of a page is its script's to read.
struct PageQuery {
    static constexpr std::string_view kName = "PageQuery";
    static constexpr auto fields() { return std::tuple{}; }
};

// /openapi.json, /asyncapi.json, /whoami, what web_assets() holds, and the web client for every other path.
http::EndpointTable<Pages> page_endpoints();

}  // namespace mindspace::gateway

namespace mindspace::schema {

template <>
inline Result<gateway::PageQuery> from_query<gateway::PageQuery>(const QueryPairs&) {
    return gateway::PageQuery{};
}

}  // namespace mindspace::schema
