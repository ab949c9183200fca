#pragma once
// Which calls share a quota, and how clients learn about it: `RateLimit-Policy` and `RateLimit` of the IETF draft
// (draft-ietf-httpapi-ratelimit-headers-10), 429 with `Retry-After` above the quota.

#include "platform/http/wire/response.h"
#include "platform/limits/gcra.h"

#include <array>
#include <string>
#include <string_view>

namespace mindspace::http {

enum class LimitClass {
    by_method,  // `read` for GET, `write` for everything else
    auth,       // calls with a password, a refresh token or a mailed token
    read,
    write,
    socket,  // opening a WebSocket
    import,  // many sessions at once
    none,    // health and pages
};

constexpr auto names_of(LimitClass) {
    return std::array<std::string_view, 7>{"by_method", "auth", "read", "write", "socket", "import", "none"};
}
// The class whose quota a call counts against.
constexpr LimitClass class_of(LimitClass declared, bool is_read) {
    if (declared != LimitClass::by_method) return declared;
    return is_read ? LimitClass::read : LimitClass::write;
}

// One policy per class.
struct RateLimits {
    limits::Policy auth;
    limits::Policy read;
    limits::Policy write;
    limits::Policy socket;
    limits::Policy import;

    // Null for calls that are not limited.
    [[nodiscard]] const limits::Policy* of(LimitClass wanted) const;
};

void append_rate_limit(Response& response, const limits::Policy& policy, const limits::RateLimitDecision& decision);

// 429 `rate_limited`, without the headers above.
Response refuse_excess(const limits::RateLimitDecision& decision, std::string_view request_id);

}  // namespace mindspace::http
