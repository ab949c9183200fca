#include "platform/http/dispatcher.h"

#include "platform/http/websocket_handshake.h"
#include "platform/telemetry/log.h"

#include <algorithm>
#include <chrono>

namespace mindspace::http {

namespace {

constexpr std::string_view kBearer = "Bearer ";

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

std::string request_id_of(const RequestHead& head) {
    if (auto given = head.find("x-request-id"); given && is_request_id(*given)) return std::string(*given);
    return Uuid::v7(SystemClock{}.now()).to_string();
}

// The token of `Authorization: Bearer`, or nothing (RFC 6750 section 2.1; the scheme in any case).
std::optional<std::string_view> bearer_token(const RequestHead& head) {
    auto value = head.find("authorization");
    if (!value || value->size() <= kBearer.size() || !equals_ignoring_case(value->substr(0, kBearer.size()), kBearer))
        return std::nullopt;
    return value->substr(kBearer.size());
}

Error credentials_missing() {
    return {ErrorCode::unauthenticated, "credentials_missing", "This call needs an access token.", {}};
}

Response refuse_handshake(const ParseFailure& failure, std::string_view request_id) {
    auto response = problem(failure.status, "bad_handshake", failure.reason, request_id);
    if (failure.status == 426) {
        response.headers.emplace_back("Upgrade", "websocket");
        response.headers.emplace_back("Sec-WebSocket-Version", "13");
    }
    return response;
}

}  // namespace

Awaitable<Response> Dispatcher::handle(Exchange& exchange) {
    auto began = std::chrono::steady_clock::now();
    exchange.request_id = request_id_of(exchange.head);
    auto match = router_.find(exchange.head.method, exchange.head.path);
    exchange.id = match.id;
    Response response;
    try {
        response = co_await dispatch(exchange, match);
    } catch (const Unavailable& fault) {
        log::warn("request failed", {{"event.action", "unavailable"},
                                     {"http.request.id", exchange.request_id},
                                     {"error.message", fault.what()}});
        response = problem(503, "unavailable", "A part of the service is away for the moment; try again.",
                           exchange.request_id);
    } catch (const std::exception& fault) {
        log::error("request failed", {{"event.action", "internal_error"},
                                      {"http.request.id", exchange.request_id},
                                      {"error.message", fault.what()}});
        response = problem(500, "internal_error", "Something went wrong on our side.", exchange.request_id);
    }
    response.headers.emplace_back("X-Request-Id", exchange.request_id);
    record(exchange, match.endpoint, response, std::chrono::steady_clock::now() - began);
    co_return response;
}

Awaitable<Response> Dispatcher::dispatch(Exchange& exchange, const Router::Match& match) {
    if (match.endpoint != nullptr) co_return co_await call(exchange, *match.endpoint);
    if (match.allow.empty()) co_return problem(404, "not_found", "There is nothing here.", exchange.request_id);
    Response response{.status = 204, .body = {}};
    if (exchange.head.method != Method::options)
        response = problem(405, "method_not_allowed", "This address has no such method.", exchange.request_id);
    response.headers.emplace_back("Allow", match.allow + ", OPTIONS");
    co_return response;
}

Awaitable<Response> Dispatcher::call(Exchange& exchange, const Endpoint& endpoint) {
    if (endpoint.declaration.access != Access::anyone) {
        auto token = bearer_token(exchange.head);
        if (!token) co_return problem(credentials_missing(), exchange.request_id);
        auto principal = co_await guard_->authenticate(*token);
        if (!principal) co_return problem(principal.error(), exchange.request_id);
        if (endpoint.declaration.access == Access::admin && principal->role != Role::admin)
            co_return problem(403, "forbidden", "This call is for administrators.", exchange.request_id);
        exchange.principal = std::move(*principal);
    }
    if (endpoint.declaration.websocket) {
        auto accept = check_websocket_handshake(exchange.head);
        if (!accept) co_return refuse_handshake(accept.error(), exchange.request_id);
    }
    co_return co_await endpoint.handle(exchange);
}

Response Dispatcher::refuse(const ParseFailure& failure, const ClientInfo& client) {
    RequestHead head;
    Exchange exchange{.head = head,
                      .body = {},
                      .request_id = Uuid::v7(SystemClock{}.now()).to_string(),
                      .client = client,
                      .principal = {}};
    auto response = problem(failure.status, "malformed_request", failure.reason, exchange.request_id);
    response.headers.emplace_back("X-Request-Id", exchange.request_id);
    record(exchange, nullptr, response, {});
    return response;
}

void Dispatcher::record(const Exchange& exchange, const Endpoint* endpoint, const Response& response,
                        std::chrono::steady_clock::duration took) {
    metrics_.record(endpoint, response.status, took);
    if (access_log_ == nullptr) return;
    auto user = exchange.principal.user == UserId{} ? std::string() : exchange.principal.user.to_string();
    access_log_->add({.at = SystemClock{}.now(),
                      .method = method_name(exchange.head.method),
                      .route = endpoint != nullptr ? endpoint->declaration.path : std::string_view("unmatched"),
                      .path = exchange.head.path,
                      .status = static_cast<unsigned>(response.status),
                      .duration = took,
                      .bytes = response.body.size(),
                      .request_id = exchange.request_id,
                      .client_ip = exchange.client.address,
                      .user_id = user,
                      .trace_id = {}});
}

}  // namespace mindspace::http
