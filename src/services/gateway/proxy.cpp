#include "services/gateway/proxy.h"

#include "platform/http/websocket/handshake.h"
#include "platform/telemetry/log/log.h"
#include "platform/telemetry/trace/active_span.h"
#include "services/gateway/forwarding.h"

#include <algorithm>
#include <expected>

namespace mindspace::gateway {

using http::ClientFault;
using http::ClientPool;
using http::Exchange;
using http::Response;

namespace {

using Clock = Upstream::Clock;
using Attempt = std::expected<Response, ClientFault>;

constexpr std::size_t kMaxAttempts = 3;
constexpr std::size_t kBufferedContent = 64 * 1024;  // a longer response is streamed

// One request, as all of its attempts send it.
struct OutgoingRequest {
    const Exchange& exchange;
    const http::GatewayKeys& keys;
    std::string head;  // without the signature, which differs for each attempt, and the empty line
    Clock::time_point deadline;
    Milliseconds timeout;
    const http::Declaration& declaration;
};

class InFlightGuard {
public:
    explicit InFlightGuard(Upstream::Node& node) : node_(node) { ++node_.in_flight; }
    ~InFlightGuard() { --node_.in_flight; }
    InFlightGuard(const InFlightGuard&) = delete;
    InFlightGuard& operator=(const InFlightGuard&) = delete;

private:
    Upstream::Node& node_;
};

// Each part has the timeout of a request: a response may have any length, but must not stall.
Awaitable<bool> stream_response(ClientPool::Lease lease, Milliseconds timeout, http::BodyWriter& writer) {
    while (true) {
        lease->set_deadline(Clock::time_point::max());  // while the client reads
        const bool written = co_await writer.write(lease->content());
        if (!written) co_return false;
        if (lease->is_complete()) co_return true;
        lease->drop_content();
        lease->set_deadline(Clock::now() + timeout);
        const auto fault = co_await lease->read_content();
        if (fault) co_return false;
    }
}

// Receives the response after its head.
Awaitable<Attempt> receive(ClientPool::Lease lease, const OutgoingRequest& request) {
    const auto& head = lease->head();
    Response response{.status = head.status, .body = {}};
    copy_fields(response, head);
    const auto length = head.content_length;
    const bool has_content = head.end != http::ContentEnd::none;
    if (!has_content) {
        if (length) response.stream = http::BodyStream{.length = length, .write = {}};  // response to HEAD
        co_return response;
    }
    while (!lease->is_complete() && length.value_or(0) <= kBufferedContent &&
           lease->content().size() < kBufferedContent) {
        const auto fault = co_await lease->read_content();
        if (fault) co_return std::unexpected(*fault);
    }
    if (lease->is_complete()) {
        response.body = lease->content();
        co_return response;
    }
    auto write = [lease = std::move(lease), timeout = request.timeout](http::BodyWriter& writer) mutable {
        return stream_response(std::move(lease), timeout, writer);
    };
    response.stream = http::BodyStream{.length = length, .write = std::move(write)};
    co_return response;
}

// The other role has accepted the socket.
Attempt open_tunnel(ClientPool::Lease lease, const OutgoingRequest& request) {
    const auto accept = http::check_websocket_handshake(request.exchange.head);
    if (!request.declaration.websocket || !accept || lease->head().find("sec-websocket-accept") != *accept)
        return std::unexpected(ClientFault::malformed);
    Response response{.status = 101, .body = {}};
    lease->set_deadline(Clock::time_point::max());
    response.tunnel = lease.detach();
    response.drain_message = request.declaration.drain_message;
    return response;
}

// Streams the content as it arrives. The role's timeout does not run while the client sends. False: the client has
// disconnected, or was too slow.
Awaitable<bool> stream_request(http::ClientConnection& connection, const OutgoingRequest& request,
                               http::ClientConnection::Outcome& fault) {
    auto& content = *request.exchange.content;
    auto deadline = request.deadline;
    while (!fault) {
        connection.set_deadline(Clock::time_point::max());
        const auto began = Clock::now();
        const auto part = co_await content.read();
        deadline += Clock::now() - began;
        connection.set_deadline(deadline);
        if (!part) co_return false;
        if (part->empty()) break;
        fault = co_await connection.send_more(*part);
    }
    co_return true;
}

// Whether the response comes from one of our roles, and is for this request.
bool is_authentic(const http::ResponseHead& head, const http::GatewayKeys& keys, std::string_view signature) {
    const auto field = head.find(http::kSignatureField);
    return field && keys.is_proof(*field, signature, head.status);
}

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
telemetry::ChildSpan start_span(const asio::any_io_executor& executor, const Upstream::Node& node,
                                const OutgoingRequest& request, std::size_t tried) {
    auto span = telemetry::ChildSpan::start(executor, telemetry::SpanKind::client);
    if (!span) return span;
    const std::string method(http::method_name(request.exchange.head.method));
    const std::string route(request.declaration.path);
    const auto& origin = node.status.origin;
    span->name = method + ' ' + route;
    span->attributes = {{"http.request.method", method},
                        {"url.full", "http://" + origin.to_string() + route},  // the path may contain the id of a user
                        {"url.template", route},
                        {"server.address", origin.host},
                        {"server.port", std::int64_t{origin.port}}};
    if (tried > 0) span->attributes.emplace_back("http.request.resend_count", static_cast<std::int64_t>(tried));
    return span;
}

void end_span(telemetry::ChildSpan& span, const Attempt& outcome) {
    if (!span) return;
    if (!outcome) return span.end(std::string(names_of(outcome.error())[static_cast<std::size_t>(outcome.error())]));
    const auto status = outcome->status;
    span->attributes.emplace_back("http.response.status_code", std::int64_t{status});
    span.end(status >= 400 ? std::to_string(status) : std::string());
}

// The trace that a role continues: below the span of this attempt, or below that of the request if it is not recorded.
void append_traceparent(std::string& head, const Exchange& exchange, const telemetry::ChildSpan& span) {
    const auto& context = span ? span.context() : exchange.trace;
    if (telemetry::text_of(context.span_id).empty()) return;
    head += "traceparent: ";
    head += telemetry::to_traceparent(context);
    head += "\r\n";
}

Awaitable<Attempt> attempt(Upstream::Node& node, const OutgoingRequest& request, const telemetry::ChildSpan& span) {
    const InFlightGuard in_flight(node);
    auto lease = co_await node.pool.acquire(request.deadline);
    if (!lease) co_return std::unexpected(lease.error());
    auto& connection = *lease;
    const auto& exchange = request.exchange;
    auto head = request.head;
    append_traceparent(head, exchange, span);
    const auto signature = request.keys.sign(head, SystemClock{}.now());
    head += "\r\n";
    auto fault = co_await connection->send(exchange.head.method, head, exchange.body);
    if (!fault && exchange.content != nullptr) {
        const bool is_complete = co_await stream_request(*connection, request, fault);
        if (!is_complete)
            co_return http::problem(408, "request_timeout", "The request body was not received in time.",
                                    exchange.request_id);
    }
    // A server may respond before it has read everything, and close: its response counts (RFC 9112 section 9.5).
    if (!fault || fault == ClientFault::lost) fault = co_await connection->read_head();
    if (fault) co_return std::unexpected(*fault);
    if (!is_authentic(connection->head(), request.keys, signature)) co_return std::unexpected(ClientFault::untrusted);
    if (connection->head().status == 101) co_return open_tunnel(std::move(*lease), request);
    auto response = co_await receive(std::move(*lease), request);
    co_return response;
}

bool may_retry(const OutgoingRequest& request, ClientFault fault, bool is_another_node) {
    switch (fault) {
        case ClientFault::unreachable:
        case ClientFault::busy:
            return is_another_node;
        case ClientFault::unsent:
            return true;
        case ClientFault::lost:
            return !request.declaration.websocket && request.exchange.content == nullptr &&
                   is_idempotent(request.exchange.head, request.declaration);
        case ClientFault::untrusted:
            return is_another_node && !request.declaration.websocket && request.exchange.content == nullptr &&
                   is_idempotent(request.exchange.head, request.declaration);
        case ClientFault::timed_out:
        case ClientFault::malformed:
            break;
    }
    return false;
}

Response fail(const Exchange& exchange, ClientFault fault) {
    switch (fault) {
        case ClientFault::timed_out:
            return http::problem(504, "deadline_exceeded", "The request took too long to process.",
                                 exchange.request_id);
        case ClientFault::malformed:
        case ClientFault::untrusted:
            return http::problem(502, "bad_gateway", "A part of the service returned an invalid response.",
                                 exchange.request_id);
        default:
            return http::problem(503, "unavailable", "A part of the service is temporarily unavailable. Try again.",
                                 exchange.request_id);
    }
}

// The span ends with the attempt, also if that is cancelled.
Awaitable<Attempt> attempt_in_span(Upstream::Node& node, const OutgoingRequest& request, telemetry::ChildSpan span) {
    try {
        auto outcome = co_await attempt(node, request, span);
        end_span(span, outcome);
        co_return outcome;
    } catch (...) {
        span.end(std::current_exception());
        throw;
    }
}

// Each attempt goes to another node, while there is one.
Awaitable<Response> proxy(Upstream& upstream, const http::Declaration& declaration, Exchange& exchange) {
    if (!upstream.admits(declaration.priority))
        co_return http::problem(503, "overloaded", "The service is overloaded. Try again later.", exchange.request_id);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto timeout = upstream.options().timeout;
    const OutgoingRequest request{.exchange = exchange,
                                  .keys = upstream.keys(),
                                  .head = request_lines(exchange, upstream.options().scheme, declaration.websocket),
                                  .deadline = Clock::now() + timeout,
                                  .timeout = timeout,
                                  .declaration = declaration};
    upstream.budget.deposit();
    std::vector<const Upstream::Node*> tried;
    auto fault = ClientFault::unreachable;
    while (tried.size() < kMaxAttempts) {
        auto* node = upstream.choose(tried);
        if (node == nullptr) break;
        if (!tried.empty()) {
            const bool is_another_node = std::ranges::find(tried, node) == tried.end();
            if (!may_retry(request, fault, is_another_node) || !upstream.budget.withdraw()) break;
            upstream.retries.add(1);
        }
        const auto began = Clock::now();
        auto span = start_span(executor, *node, request, tried.size());
        auto response = co_await attempt_in_span(*node, request, std::move(span));
        if (response) {
            upstream.succeeded(*node, Clock::now() - began);
            co_return std::move(*response);
        }
        fault = response.error();
        upstream.failed(*node, fault);
        tried.push_back(node);
    }
    log::warn("request not forwarded", {{"event.action", "unavailable"},
                                        {"http.request.id", exchange.request_id},
                                        {"trace.id", telemetry::text_of(exchange.trace.trace_id)},
                                        {"span.id", telemetry::text_of(exchange.trace.span_id)},
                                        {"error.message", names_of(fault)[static_cast<std::size_t>(fault)]}});
    co_return fail(exchange, fault);
}

}  // namespace

http::Endpoints forward(const http::DeclaredEndpoints& rows, Upstream& upstream) {
    http::Endpoints forwarded;
    for (const auto& row : rows) {
        auto handle = [&upstream, declaration = row.declaration](Exchange& exchange) {
            return proxy(upstream, declaration, exchange);
        };
        forwarded.push_back({row, std::move(handle), 0, true});
    }
    return forwarded;
}

}  // namespace mindspace::gateway
