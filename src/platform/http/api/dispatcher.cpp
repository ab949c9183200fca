#include "platform/http/api/dispatcher.h"

#include "platform/http/middleware/compression.h"
#include "platform/http/server/client_address.h"
#include "platform/http/websocket/handshake.h"
#include "platform/telemetry/log/log.h"
#include "platform/telemetry/trace/trace_context.h"

#include <algorithm>
#include <chrono>

namespace mindspace::http {

namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr auto kUnsignedLogInterval = std::chrono::seconds(10);
constexpr std::string_view kIdEnd = "\"}";  // of a problem without faults: its id comes last

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

std::string_view code_of_refusal(int status) {
    switch (status) {
        case 408:
            return "request_timeout";
        case 413:
            return "content_too_large";
        case 431:
            return "head_too_large";
        default:
            return "malformed_request";
    }
}

}  // namespace

std::size_t Dispatcher::max_body(const RequestHead& head) const {
    const auto match = find(head);
    const auto declared = match.endpoint != nullptr ? match.endpoint->declaration.max_body : kUsualBody;
    // An unsigned request is refused, but only after its content has come.
    const bool is_unsigned = declared > kUsualBody && middleware_.gateway != nullptr &&
                             !middleware_.gateway->verify(head, SystemClock{}.now());
    return is_unsigned ? kUsualBody : declared;
}

Awaitable<Response> Dispatcher::handle(Exchange& exchange, const Router::Match& match) {
    auto began = std::chrono::steady_clock::now();
    auto* overload = middleware_.overload;
    exchange.request_id = request_id_of(exchange.head);
    if (overload != nullptr && overload->is_to_wait(match.endpoint)) co_await overload->wait_to_begin();
    const OverloadControl::Served served(overload, match.endpoint);
    if (auto parent = exchange.head.find("traceparent"))
        if (auto trace = telemetry::parse_traceparent(*parent)) exchange.trace_id = trace->trace_id;
    exchange.id = match.id;
    exchange.large_bodies = middleware_.large_bodies;
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
    mark(exchange, match.allow, response);
    record(exchange, match.endpoint, response, std::chrono::steady_clock::now() - began);
    co_return response;
}

// There may be many a second: all but the id is made beforehand, and the log is told of the overload only.
std::optional<Response> Dispatcher::refuse_overload(const RequestHead& head, const Router::Match& match) {
    auto* overload = middleware_.overload;
    if (overload == nullptr || overload->admits(match.endpoint, std::chrono::steady_clock::now())) return std::nullopt;
    static const Response kMade = problem(503, "overloaded", "The service is overloaded; try again later.", "");
    Exchange exchange{.head = head, .body = {}, .request_id = request_id_of(head), .client = {}, .principal = {}};
    Response response{.status = kMade.status, .content_type = kMade.content_type, .body = {}, .headers = kMade.headers};
    response.body.reserve(kMade.body.size() + exchange.request_id.size());
    response.body.append(kMade.body, 0, kMade.body.size() - kIdEnd.size()).append(exchange.request_id).append(kIdEnd);
    if (middleware_.gateway != nullptr)  // which passes on nothing that is not proved
        if (const auto signature = middleware_.gateway->verify(head, SystemClock{}.now()))
            exchange.signature = *signature;
    mark(exchange, match.allow, response);
    metrics_.record(match.endpoint, response.status, {});
    return response;
}

Awaitable<Response> Dispatcher::dispatch(Exchange& exchange, const Router::Match& match) {
    if (auto refusal = refuse_unsigned(exchange, match)) co_return std::move(*refusal);
    if (match.endpoint != nullptr) co_return co_await call(exchange, *match.endpoint);
    if (match.allow.empty()) co_return problem(404, "not_found", "There is nothing here.", exchange.request_id);
    Response response{.status = 204, .body = {}};
    if (exchange.head.method != Method::options)
        response = problem(405, "method_not_allowed", "This address has no such method.", exchange.request_id);
    response.headers.emplace_back("Allow", match.allow + ", OPTIONS");
    co_return response;
}

// Where only gateways may call: a request that none has signed. What a gateway says of its client is believed.
std::optional<Response> Dispatcher::refuse_unsigned(Exchange& exchange, const Router::Match& match) {
    if (middleware_.gateway == nullptr) return std::nullopt;
    if (match.endpoint != nullptr && match.endpoint->declaration.health) return std::nullopt;
    const auto signature = middleware_.gateway->verify(exchange.head, SystemClock{}.now());
    if (signature) {
        exchange.signature = *signature;
        if (auto client = exchange.head.find("x-forwarded-for")) exchange.client.address = *client;
        return std::nullopt;
    }
    metrics_.unsigned_refused.add(1);
    const auto now = std::chrono::steady_clock::now();
    if (now - unsigned_logged_at_ >= kUnsignedLogInterval) {  // an attacker must not fill the log
        unsigned_logged_at_ = now;
        log::warn("a request that does not come from a gateway",
                  {{"event.action", "not_from_gateway"},
                   {"client.ip", exchange.client.address},
                   {"http.request.id", exchange.request_id},
                   {"error.message", names_of(signature.error())[static_cast<std::size_t>(signature.error())]}});
    }
    return problem(403, "not_from_gateway", "Only gateways may call this port.", exchange.request_id);
}

Awaitable<Response> Dispatcher::call(Exchange& exchange, const Endpoint& endpoint) {
    const auto& declared = endpoint.declaration;
    const auto* limits = middleware_.limits;
    const auto* policy = limits != nullptr ? limits->of(declared.limit, declared.method == Method::get) : nullptr;
    auto admission = co_await admit(exchange, declared, policy);
    Response response;
    if (!admission.verdict.allowed) {
        metrics_.rate_limited.add(1);
        response = refuse_excess(admission.verdict, exchange.request_id);
    } else if (!admission.caller) {
        response = problem(admission.caller.error(), exchange.request_id);
    } else {
        exchange.principal = std::move(*admission.caller);
        response = co_await answer(exchange, endpoint);
        if (declared.access != Access::anyone && declared.method != Method::get && !endpoint.forwarded)
            co_await middleware_.guard->note_write(exchange.principal.user);
        // Not what holds tokens: the size of a packed text tells of its content (BREACH).
        bool may_pack = declared.limit != LimitClass::auth && middleware_.compression != nullptr;
        if (may_pack && is_compressible(response)) co_await pack(exchange, response);
    }
    if (policy != nullptr) append_rate_limit(response, *policy, admission.verdict);
    co_return response;
}

// Somebody known has an allowance of their own, wherever they call from; who is not known shares that of their network.
Awaitable<Admission> Dispatcher::admit(Exchange& exchange, const Declaration& declared, const limits::Policy* policy) {
    if (declared.access == Access::anyone) {
        auto verdict = co_await take_by_network(exchange, policy);
        co_return Admission{.caller = Principal{}, .verdict = verdict};
    }
    Admission admission{.caller = credentials_missing()};
    auto token = bearer_token(exchange.head);
    if (token && policy != nullptr)
        admission = co_await middleware_.guard->admit(*token, *policy);
    else if (token)
        admission.caller = co_await middleware_.guard->authenticate(*token);
    if (!admission.caller)
        admission.verdict = co_await take_by_network(exchange, policy);
    else if (declared.access == Access::admin && admission.caller->role != Role::admin)
        admission.caller = Error{ErrorCode::forbidden, "forbidden", "This call is for administrators.", {}};
    co_return admission;
}

Awaitable<limits::Verdict> Dispatcher::take_by_network(const Exchange& exchange, const limits::Policy* policy) {
    if (policy == nullptr) co_return limits::Verdict{};
    auto key = "{" + network_of(exchange.client.address) + "}:l:" + std::string(policy->name);
    auto taken = co_await middleware_.limiter->take(key, *policy);
    co_return taken.verdict;
}

Awaitable<Response> Dispatcher::answer(Exchange& exchange, const Endpoint& endpoint) {
    const auto& declared = endpoint.declaration;
    if (declared.websocket) {
        auto accept = check_websocket_handshake(exchange.head);
        if (!accept) co_return refuse_handshake(accept.error(), exchange.request_id);
    }
    if (endpoint.types.answer != nullptr && !accepts_json(exchange.head.find("accept").value_or("")))
        co_return problem(406, "not_acceptable", "Answers are application/json.", exchange.request_id);
    if (declared.creates && !endpoint.forwarded && middleware_.idempotency != nullptr)
        if (auto key = exchange.head.find("idempotency-key"))
            co_return co_await middleware_.idempotency->answer(*key, exchange, endpoint);
    co_return co_await endpoint.handle(exchange);
}

Awaitable<> Dispatcher::pack(const Exchange& exchange, Response& response) {
    add_vary(response, "Accept-Encoding");
    auto coding = preferred_coding(exchange.head.find("accept-encoding").value_or(""));
    if (coding == Coding::identity) co_return;
    if (response.body.size() <= kMostCompressedHere) {
        take_compressed(response, compress(response.body, coding), coding);
        co_return;
    }
    auto body = std::make_shared<std::string>(std::move(response.body));
    try {
        auto packed = co_await middleware_.compression->run([body, coding] { return compress(*body, coding); });
        take_compressed(response, std::move(packed), coding);
    } catch (const Unavailable&) {  // too many wait: what has been done is told all the same, unpacked
        response.body = std::move(*body);
    }
}

Response Dispatcher::refuse(const ParseFailure& failure, std::vector<Header> fields, const ClientInfo& client) {
    RequestHead head;
    head.headers = std::move(fields);
    Exchange exchange{.head = head, .body = {}, .request_id = request_id_of(head), .client = client, .principal = {}};
    auto response = problem(failure.status, code_of_refusal(failure.status), failure.reason, exchange.request_id);
    mark(exchange, {}, response);
    record(exchange, nullptr, response, {});
    return response;
}

Response Dispatcher::give_up(const Exchange& exchange) const {
    auto response = problem(504, "deadline_exceeded", "The response took too long.", exchange.request_id);
    mark(exchange, {}, response);
    return response;
}

// What every response carries, whatever made it.
void Dispatcher::mark(const Exchange& exchange, std::string_view methods, Response& response) const {
    response.headers.emplace_back("X-Request-Id", exchange.request_id);
    if (!exchange.signature.empty())
        response.headers.emplace_back(kSignatureField, middleware_.gateway->prove(exchange.signature, response.status));
    if (middleware_.cors != nullptr) middleware_.cors->apply(exchange.head, methods, response);
}

void Dispatcher::record(const Exchange& exchange, const Endpoint* endpoint, const Response& response,
                        std::chrono::steady_clock::duration took) {
    metrics_.record(endpoint, response.status, took);
    if (middleware_.access_log == nullptr) return;
    auto user = exchange.principal.user == UserId{} ? std::string() : exchange.principal.user.to_string();
    middleware_.access_log->add(
        {.at = SystemClock{}.now(),
         .method = method_name(exchange.head.method),
         .route = endpoint != nullptr ? endpoint->declaration.path : std::string_view("unmatched"),
         .path = exchange.head.path,
         .status = static_cast<unsigned>(response.status),
         .duration = took,
         .bytes = response.content_length(),
         .request_id = exchange.request_id,
         .client_ip = exchange.client.address,
         .user_id = user,
         .trace_id = exchange.trace_id});
}

}  // namespace mindspace::http
