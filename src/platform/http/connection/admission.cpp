// What a connection refuses before a handler is called: malformed requests, and requests above the limits of their
// network or of the core. These responses pass the middleware like all others.

#include "platform/async/as_tuple.h"
#include "platform/http/connection/connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace mindspace::http {

namespace {

constexpr Refusal kTooManyConnections{.status = 503,
                                      .code = "too_many_connections",
                                      .detail = "Your network has too many connections open here.",
                                      .retry_after = 10};
constexpr Refusal kOverloaded{
    .status = 503, .code = "overloaded", .detail = "The service is overloaded. Try again later."};

std::string_view code_of(const ParseFailure& failure) {
    switch (failure.status) {
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

// Called once per request, before its content is read.
void Connection::admit() {
    if (match_) return;
    const auto& head = parser_.head();
    match_ = context_.router.find(head);
    auto* overload = context_.parts.overload;
    if (overload != nullptr && !overload->admits(match_->endpoint, Clock::now())) refusal_ = kOverloaded;
}

// For a malformed or incomplete request, of whose head the readable fields are used. Ends the connection.
Awaitable<> Connection::refuse(ParseFailure failure) {
    const std::string_view text(unread().data(), unread().size());
    RequestHead fields;
    const auto* head = parser_.complete_head(text);
    Router::Match match;
    if (head != nullptr) {
        match = context_.router.find(*head);
    } else {
        fields.headers = readable_fields(text, context_.options.limits);
        head = &fields;
    }
    set_client(*head);
    Exchange exchange{.head = *head, .client = client_, .endpoint = match.endpoint};
    exchange.refusal = {.status = failure.status, .code = code_of(failure), .detail = failure.reason};
    co_await context_.middleware.handle(exchange);
    append(*exchange.response, head->method, false);
    co_await linger();
}

// Does not read a request first: the limit exists to save that cost. The response fits into the socket's send buffer.
Awaitable<> Connection::refuse_unread() {
    if (stream_.is_tls()) co_return;
    const RequestHead unread;
    Exchange exchange{.head = unread, .client = client_, .refusal = kTooManyConnections};
    co_await context_.middleware.handle(exchange);
    append(*exchange.response, unread.method, false);
    const asio::const_buffer bytes = asio::buffer(out_);
    boost::system::error_code ignored;
    stream_.write_now({&bytes, 1}, ignored);
}

// A proxy's connections are shared by its clients; a socket belongs to one client and has its own slot.
std::optional<ClientNetworks::Slot> Connection::claim_socket_slot(Exchange& exchange) {
    const auto* endpoint = exchange.endpoint;
    if (endpoint == nullptr || !endpoint->declaration.websocket || exchange.refusal) return std::nullopt;
    if (!is_proxied_ || client_.address == peer_.to_string()) return std::nullopt;
    auto slot = context_.networks.take(network_of(client_.address), context_.open());
    if (!slot) {
        context_.metrics.network_connections_refused.add(1);
        exchange.refusal = kTooManyConnections;
    }
    return slot;
}

// Delays a client that has just been refused, if it does not share the connection.
void Connection::count_refusal() {
    auto* overload = context_.parts.overload;
    if (overload == nullptr || !context_.options.paces_refused) return;
    const bool is_shared = is_proxied_ && client_.address != peer_.to_string();
    if (!is_shared) paused_until_ = overload->delay_after_refusal(Clock::now());
}

// Waits for the turn of the client that has been refused. Endpoints with priority `first` do not wait.
Awaitable<> Connection::pause() {
    const auto until = std::exchange(paused_until_, Clock::time_point{});
    if (Clock::now() >= until) co_return;
    const auto& head = parser_.head();
    const auto* endpoint = context_.router.find(head.method, head.path).endpoint;
    if (endpoint != nullptr && endpoint->declaration.priority == Priority::first) co_return;
    const bool written = co_await flush_before_reading();
    if (!written) co_return;
    asio::steady_timer timer(context_.loop, until);
    co_await timer.async_wait(kTuple);
}

}  // namespace mindspace::http
