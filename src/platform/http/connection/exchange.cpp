// How a connection has a request handled: the exchange, its deadline, and the steps that follow from its response.

#include "platform/http/client/connection.h"
#include "platform/http/connection/connection.h"
#include "platform/http/websocket/deflate.h"
#include "platform/http/websocket/handshake.h"
#include "platform/http/websocket/socket.h"
#include "platform/http/websocket/tunnel.h"
#include "platform/http/wire/response_writer.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace mindspace::http {

Awaitable<Connection::Outcome> Connection::respond(BodyReader* content) {
    idle_ = false;
    const auto& head = parser_.head();
    set_client(head);
    Exchange exchange{.head = head,
                      .body = parser_.body(),
                      .client = client_,
                      .endpoint = match_->endpoint,
                      .allow = match_->allow,
                      .id = match_->id,
                      .refusal = refusal_,
                      .content = content,
                      .memory = buffer_,
                      .large_bodies = context_.parts.large_bodies};
    auto slot = claim_socket_slot(exchange);
    begin_handling(exchange);
    co_await context_.middleware.handle(exchange);
    handling_ = nullptr;
    if (exchange.is_late) {
        // The cancellation may still be pending, and must not affect the write of this response. (Not a separate
        // function: in a cancelled coroutine the call of another one throws.)
        is_last_ = true;
        co_await asio::this_coro::reset_cancellation_state();
        co_await asio::post(context_.loop, asio::use_awaitable);
        co_await asio::this_coro::reset_cancellation_state();
    }
    auto& response = *exchange.response;
    if (response.status == 503) count_refusal();

    if (response.status == 101) {
        if (slot) stream_.occupy(std::move(*slot));
        co_return co_await upgrade(std::move(response));
    }
    if (response.stream) co_return co_await stream(std::move(response));
    const bool keep_alive = stays_open();
    const auto rest = append(response, head.method, keep_alive);
    if (!rest.empty()) {
        const bool written = co_await flush_long(rest);
        if (!written) co_return Outcome::over;
    }
    co_return co_await finish_response(keep_alive);
}

// From here on the client's deadline applies.
void Connection::begin_reading(Clock::time_point deadline) {
    handling_ = nullptr;
    deadline_ = deadline;
}

// From here on the handler's deadline applies.
void Connection::begin_handling(Exchange& exchange) {
    wait_until(context_.options.request_timeout);
    handling_ = &exchange;
}

Awaitable<Connection::Outcome> Connection::finish_response(bool keep_alive) {
    begin_ += std::exchange(consumed_, 0);
    parser_.reset();
    match_.reset();
    refusal_.reset();
    if (!keep_alive) co_return Outcome::close;
    if (out_.size() >= kFlushAt) {
        const bool written = co_await flush();
        if (!written) co_return Outcome::over;
    }
    idle_ = begin_ == end_;
    wait_until(idle_ ? context_.options.idle_timeout : context_.options.header_timeout);
    co_return Outcome::keep_open;
}

Awaitable<Connection::Outcome> Connection::upgrade(Response response) {
    const auto& head = parser_.head();
    const auto accept = check_websocket_handshake(head);
    const bool compresses = !response.tunnel && context_.options.compresses_websockets && offers_deflate(head);
    std::string_view extensions = compresses ? kDeflateAccepted : std::string_view();
    if (response.tunnel) extensions = response.tunnel->head().find("sec-websocket-extensions").value_or("");
    append_handshake(out_, response, *accept, extensions);
    const bool written = co_await flush();
    if (!written) co_return Outcome::over;
    begin_ += parser_.consumed();
    if (response.tunnel) {
        auto& other = *response.tunnel;
        const auto early = other.early();
        Stream upstream(other.take_socket(), ClientNetworks::Slot(context_.networks));
        auto tunnel = std::make_shared<WebSocketTunnel>(context_.websockets, std::move(stream_), std::move(upstream),
                                                        response.drain_message);
        tunnel->start(unread(), early);
    } else {
        const auto compression =
            compresses ? WebSocketReader::Compression::deflate : WebSocketReader::Compression::none;
        auto socket = std::make_shared<WebSocket>(context_.websockets, std::move(stream_), unread(), compression);
        context_.websockets.tasks().spawn(response.upgrade(std::move(socket)));
    }
    co_return Outcome::over;
}

}  // namespace mindspace::http
