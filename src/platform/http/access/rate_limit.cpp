#include "platform/http/access/rate_limit.h"

#include "platform/http/api/problem.h"

#include <fmt/format.h>

namespace mindspace::http {

const limits::Policy* RateLimits::of(LimitClass wanted) const {
    switch (wanted) {
        case LimitClass::auth:
            return &auth;
        case LimitClass::read:
            return &read;
        case LimitClass::write:
            return &write;
        case LimitClass::socket:
            return &socket;
        case LimitClass::import:
            return &import;
        case LimitClass::by_method:  // class_of() chooses one of the others
        case LimitClass::none:
            return nullptr;
    }
    return nullptr;
}

void append_rate_limit(Response& response, const limits::Policy& policy, const limits::RateLimitDecision& decision) {
    response.headers.emplace_back(
        "RateLimit-Policy", fmt::format("\"{}\";q={:.0f};w={}", policy.name, policy.quota, policy.window.count()));
    response.headers.emplace_back(
        "RateLimit", fmt::format("\"{}\";r={};t={}", policy.name, decision.remaining, decision.reset.count()));
}

Response refuse_excess(const limits::RateLimitDecision& decision, std::string_view request_id) {
    auto response = problem(429, "rate_limited", "Too many requests. Try again later.", request_id);
    response.headers.emplace_back("Retry-After", std::to_string(decision.retry_after.count()));
    return response;
}

}  // namespace mindspace::http
