#include "platform/http/middleware/cors.h"

#include "platform/http/wire/syntax.h"

#include <algorithm>

namespace mindspace::http {

namespace {

constexpr const char* kRequestFields =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "X-Request-Id, traceparent, tracestate, baggage";
constexpr const char* kResponseFields =
    "Allow, Content-Disposition, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, "
    "Retry-After, WWW-Authenticate, X-Request-Id";
constexpr const char* kPreflightSeconds = "600";

}  // namespace

bool CorsPolicy::allows(std::string_view origin) const {
    return names(origin) || std::ranges::find(origins_, "*") != origins_.end();
}

// Pages without an origin of their own, such as sandboxed ones, send "null".
bool CorsPolicy::names(std::string_view origin) const {
    return std::ranges::any_of(origins_,
                               [&](std::string_view allowed) { return equals_ignoring_case(allowed, origin); });
}

void CorsPolicy::apply(const RequestHead& head, std::string_view methods, Response& response) const {
    if (origins_.empty()) return;
    add_vary(response, "Origin");
    auto origin = head.find("origin");
    if (!origin || !allows(*origin)) return;
    response.headers.emplace_back("Access-Control-Allow-Origin", *origin);
    if (names(*origin) && *origin != "null") response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
    if (head.method == Method::options && head.find("access-control-request-method")) {
        response.headers.emplace_back("Access-Control-Allow-Methods", methods);
        response.headers.emplace_back("Access-Control-Allow-Headers", kRequestFields);
        response.headers.emplace_back("Access-Control-Max-Age", kPreflightSeconds);
    } else {
        response.headers.emplace_back("Access-Control-Expose-Headers", kResponseFields);
    }
}

}  // namespace mindspace::http
