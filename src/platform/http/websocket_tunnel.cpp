#include "platform/http/websocket_tunnel.h"

#include "platform/http/websocket_codec.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace mindspace::http {

namespace {

constexpr auto kEndLimit = std::chrono::seconds(5);       // from one side's end to the other's
constexpr auto kSilenceLimit = std::chrono::seconds(90);  // the serving side pings long before that
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

WebSocketTunnel::WebSocketTunnel(Server& server, asio::ip::tcp::socket client, asio::ip::tcp::socket upstream)
    : server_(server), client_(std::move(client)), upstream_(std::move(upstream)) {
    server_.tunnels_.insert(this);
    server_.metrics_.websockets.add(1);
    boost::system::error_code ignored;
    client_.non_blocking(true, ignored);
    upstream_.non_blocking(true, ignored);
}

WebSocketTunnel::~WebSocketTunnel() {
    server_.tunnels_.erase(this);
    server_.metrics_.websockets.add(-1);
}

void WebSocketTunnel::start(std::span<const char> from_client, std::span<const char> from_upstream) {
    asio::co_spawn(server_.loop_, pump(shared_from_this(), up_, {from_client.begin(), from_client.end()}),
                   asio::detached);
    asio::co_spawn(server_.loop_, pump(shared_from_this(), down_, {from_upstream.begin(), from_upstream.end()}),
                   asio::detached);
}

Awaitable<> WebSocketTunnel::pump(std::shared_ptr<WebSocketTunnel> self, Direction& direction, std::string early) {
    std::string octets = std::move(early);
    bool alive = true;
    while (alive) {
        if (!octets.empty()) alive = co_await self->pass(direction, octets);
        if (alive) alive = co_await self->read_some(direction, octets);
    }
    self->end(direction);
}

// Waits without a buffer: an idle socket holds no memory for reading.
Awaitable<bool> WebSocketTunnel::read_some(Direction& direction, std::string& octets) {
    thread_local std::array<char, 16 * 1024> scratch;
    auto [waited] = co_await direction.from.async_wait(asio::ip::tcp::socket::wait_read, kTuple);
    if (waited) co_return false;
    boost::system::error_code failure;
    const auto size = direction.from.read_some(asio::buffer(scratch), failure);
    if (failure) co_return failure == asio::error::would_block;
    heard_at_ = Clock::now();
    octets.assign(scratch.data(), size);
    co_return true;
}

Awaitable<bool> WebSocketTunnel::pass(Direction& direction, std::string& octets) {
    if (&direction == &down_) boundary_.pass(octets);
    direction.write_began_at = Clock::now();
    auto [failure, size] = co_await asio::async_write(direction.to, asio::buffer(octets), kTuple);
    direction.write_began_at = Clock::time_point::max();
    octets = {};
    co_return !failure;
}

void WebSocketTunnel::end(Direction& direction) {
    direction.ended = true;
    if (!ending_since_) ending_since_ = Clock::now();
    boost::system::error_code ignored;
    direction.to.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    if (up_.ended && down_.ended) abort();
}

// Only between two frames, and while nothing is on its way.
void WebSocketTunnel::say_goodbye() {
    if (!boundary_.is_here() || down_.write_began_at != Clock::time_point::max()) return;
    std::string frame;
    append_close_frame(frame, CloseCode::service_restart);
    boost::system::error_code ignored;
    client_.write_some(asio::buffer(frame), ignored);
    client_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    upstream_.close(ignored);
}

void WebSocketTunnel::sweep(Clock::time_point now) {
    const auto& limit = server_.options_.write_timeout;
    const bool stuck = now - limit > up_.write_began_at || now - limit > down_.write_began_at;
    const bool ends_slowly = ending_since_ && now - *ending_since_ > kEndLimit;
    if (stuck || ends_slowly || now - heard_at_ > kSilenceLimit) return abort();
    if (drain_at_ && now >= *drain_at_ && !ending_since_) say_goodbye();
}

void WebSocketTunnel::abort() {
    boost::system::error_code ignored;
    client_.close(ignored);
    upstream_.close(ignored);
}

}  // namespace mindspace::http
