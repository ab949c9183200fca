#include "platform/http/websocket/tunnel.h"

#include "platform/http/websocket/codec.h"

#include <boost/asio/buffer.hpp>

namespace mindspace::http {

namespace {

constexpr auto kClosingTimeout = std::chrono::seconds(5);       // from one side's end to the other's
constexpr auto kTunnelSilenceLimit = std::chrono::seconds(90);  // the serving side pings long before that

}  // namespace

WebSocketTunnel::WebSocketTunnel(WebSocketHub& hub, Stream client, Stream upstream, DrainMessage drain_message)
    : hub_(hub),
      registration_(hub.tunnels(), *this),
      client_(std::move(client)),
      upstream_(std::move(upstream)),
      drain_message_(drain_message) {
    hub_.metrics().websockets.add(1);
}

WebSocketTunnel::~WebSocketTunnel() {
    hub_.metrics().websockets.add(-1);
}

void WebSocketTunnel::start(std::span<const char> from_client, std::span<const char> from_upstream) {
    hub_.tasks().spawn(pump(shared_from_this(), up_, {from_client.begin(), from_client.end()}));
    hub_.tasks().spawn(pump(shared_from_this(), down_, {from_upstream.begin(), from_upstream.end()}));
    if (const auto window = hub_.drain_window()) drain(*window);
}

Awaitable<> WebSocketTunnel::pump(std::shared_ptr<WebSocketTunnel> self, Direction& direction, std::string early) {
    std::string bytes = std::move(early);
    bool alive = true;
    while (alive) {
        if (!bytes.empty()) alive = co_await self->pass(direction, bytes);
        if (alive) alive = co_await direction.from.receive(bytes);
        self->received_at_ = Clock::now();
    }
    co_await self->end(direction);
}

Awaitable<bool> WebSocketTunnel::pass(Direction& direction, std::string& bytes) {
    if (&direction == &down_) {
        if (sent_close_) co_return false;
        boundary_.pass(bytes);
    }
    direction.write_began_at = Clock::now();
    auto [failure, size] = co_await direction.to.write({asio::buffer(bytes), {}, {}});
    direction.write_began_at = Clock::time_point::max();
    std::string().swap(bytes);
    co_return !failure;
}

Awaitable<> WebSocketTunnel::end(Direction& direction) {
    direction.ended = true;
    if (!ending_since_) ending_since_ = Clock::now();
    co_await direction.to.end();
    if (up_.ended && down_.ended) abort();
}

void WebSocketTunnel::drain(std::chrono::milliseconds window) {
    if (drain_message_ != nullptr) append_frame(close_frame_, Opcode::text, drain_message_(window));
    append_close_frame(close_frame_, CloseCode::service_restart);
    try_to_send_close();
}

// Between two messages, when no bytes are in transit.
void WebSocketTunnel::try_to_send_close() {
    const bool is_writing = down_.write_began_at != Clock::time_point::max();
    if (close_frame_.empty() || sent_close_ || is_writing || ending_since_ || !boundary_.is_at_boundary()) return;
    sent_close_ = true;
    ending_since_ = Clock::now();
    hub_.tasks().spawn(send_close(shared_from_this()));
}

// The upstream then ends its side, which ends the other direction.
Awaitable<> WebSocketTunnel::send_close(std::shared_ptr<WebSocketTunnel> self) {
    co_await self->client_.write({asio::buffer(self->close_frame_), {}, {}});
    self->upstream_.close();
}

void WebSocketTunnel::sweep(Clock::time_point now) {
    const auto limit = hub_.write_timeout();
    const bool stuck = now - limit > up_.write_began_at || now - limit > down_.write_began_at;
    const bool is_closing_overdue = ending_since_ && now - *ending_since_ > kClosingTimeout;
    if (stuck || is_closing_overdue || now - received_at_ > kTunnelSilenceLimit) return abort();
    try_to_send_close();
}

void WebSocketTunnel::abort() {
    client_.close();
    upstream_.close();
}

}  // namespace mindspace::http
