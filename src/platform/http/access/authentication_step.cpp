#include "platform/http/access/authentication_step.h"

#include "platform/http/api/endpoint.h"

namespace mindspace::http {

namespace {

constexpr std::string_view kBearer = "Bearer ";

// The token of `Authorization: Bearer`, or nothing (RFC 6750 section 2.1; the scheme in any case).
std::optional<std::string_view> bearer_token(const RequestHead& head) {
    auto value = head.find("authorization");
    if (!value || value->size() <= kBearer.size() || !equals_ignoring_case(value->substr(0, kBearer.size()), kBearer))
        return std::nullopt;
    return value->substr(kBearer.size());
}

Error credentials_missing() {
    return {ErrorCode::unauthenticated, "credentials_missing", "This request requires an access token.", {}};
}

}  // namespace

Awaitable<> AuthenticationStep::before(Exchange& exchange) {
    if (exchange.endpoint->declaration.access == Access::anyone) return {};
    if (const auto token = bearer_token(exchange.head)) return authenticate(exchange, *token);
    exchange.credentials_fault = credentials_missing();
    return {};
}

Awaitable<> AuthenticationStep::authenticate(Exchange& exchange, std::string_view access_token) {
    auto principal = co_await authentication_.authenticate(access_token);
    if (principal)
        exchange.principal = std::move(*principal);
    else
        exchange.credentials_fault = std::move(principal).error();
}

}  // namespace mindspace::http
