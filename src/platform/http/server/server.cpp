#include "platform/http/server/server.h"

#include "platform/http/server/connection.h"
#include "platform/http/websocket/socket.h"
#include "platform/http/websocket/tunnel.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace mindspace::http {

using asio::ip::tcp;

namespace {

constexpr auto kSweepInterval = std::chrono::milliseconds(500);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kBacklog = 4096;
constexpr std::size_t kSweepParts = 4;       // of all sockets, one at each sweep
constexpr int kUnsentAtMost = 64 * 1024;     // bytes in the kernel beyond what the client's window takes
constexpr std::size_t kFlushedAtOnce = 128;  // sockets; a millisecond or two

// To walk over what is open while it closes: closing takes it out of the set.
template <class T>
std::vector<T*> copy_of(const std::unordered_set<T*>& open) {
    return {open.begin(), open.end()};
}

// What a client does not read must not wait in the kernel, by the megabyte and for as long as the connection lives: the
// kernel takes little more than it can send, and ends a connection whose client takes nothing for `timeout`.
void bound_unread(tcp::socket& socket, std::chrono::milliseconds timeout) {
    const int at_most = kUnsentAtMost;
    const auto limit = static_cast<unsigned>(timeout.count());
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &at_most, sizeof at_most);
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}

}  // namespace

Server::Server(asio::io_context& loop, ServerOptions options, Dispatcher& dispatcher, CoreMetrics& metrics)
    : loop_(loop),
      options_(std::move(options)),
      dispatcher_(dispatcher),
      metrics_(metrics),
      acceptor_(loop),
      sweep_timer_(loop),
      networks_({.connections = options_.max_connections_per_network,
                 .unread_bytes = options_.max_unread_per_network,
                 .total_connections = options_.max_connections,
                 .total_unread_bytes = options_.max_unread},
                metrics.unread_bytes) {}

Server::~Server() = default;

void Server::start() {
    acceptor_.listen(kBacklog);
    asio::co_spawn(loop_, accept(), asio::detached);
    asio::co_spawn(loop_, sweep(), asio::detached);
}

Awaitable<> Server::accept() {
    asio::steady_timer pause(loop_);
    while (acceptor_.is_open()) {
        auto [failure, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (!failure) {
            adopt(std::move(socket));
        } else if (acceptor_.is_open()) {
            // Out of files, most likely: let some connections end first.
            log::warn("accept failed", {{"error.message", failure.message()}});
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

void Server::adopt(tcp::socket socket) {
    if (open_connections() >= options_.max_connections) return metrics_.connections_refused.add(1);
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    bound_unread(socket, options_.write_timeout);
    ClientNetworks::Place place(networks_);
    auto stream = options_.tls != nullptr ? Stream(std::move(socket), std::move(place), *options_.tls->current())
                                          : Stream(std::move(socket), std::move(place));
    auto connection = std::make_shared<Connection>(*this, std::move(stream));
    asio::co_spawn(loop_, Connection::run(std::move(connection)), asio::detached);
}

Awaitable<> Server::sweep() {
    for (std::size_t turn = 0; acceptor_.is_open() || !is_idle(); ++turn) {
        auto now = std::chrono::steady_clock::now();
        for (auto* connection : copy_of(connections_)) connection->sweep(now, draining_ && now >= idle_end_);
        sweep_websockets(turn);
        for (auto* tunnel : copy_of(tunnels_)) tunnel->sweep(now);
        sweep_timer_.expires_after(kSweepInterval);
        auto [failure] = co_await sweep_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (failure && !acceptor_.is_open() && !draining_) co_return;
    }
}

// There may be many, and they have time: a part of them a turn.
void Server::sweep_websockets(std::size_t turn) {
    const auto buckets = websockets_.bucket_count();
    std::vector<WebSocket*> swept;
    for (auto bucket = turn % kSweepParts; bucket < buckets; bucket += kSweepParts)
        swept.insert(swept.end(), websockets_.begin(bucket), websockets_.end(bucket));
    const auto now = std::chrono::steady_clock::now();
    for (auto* websocket : swept) websocket->sweep(now);
}

void Server::flush_soon(std::shared_ptr<WebSocket> socket) {
    unflushed_.push_back(std::move(socket));
    if (std::exchange(is_flushing_, true)) return;
    asio::post(loop_, [this] { flush_some(); });
}

// A part of them a turn, so that a message to ten thousand keeps no request waiting.
void Server::flush_some() {
    for (auto left = std::min(unflushed_.size(), kFlushedAtOnce); left > 0; --left) {
        auto socket = std::move(unflushed_.front());
        unflushed_.pop_front();
        socket->flush();
    }
    is_flushing_ = !unflushed_.empty();
    if (is_flushing_) asio::post(loop_, [this] { flush_some(); });
}

void Server::drain(std::chrono::milliseconds window) {
    draining_ = true;
    idle_end_ = std::chrono::steady_clock::now() + options_.drain_grace;
    drain_window_ = window;
    for (auto* tunnel : tunnels_) tunnel->drain(window);
    // Those that are connected already may have sent a request, which closing the listener would reset.
    boost::system::error_code ended;
    acceptor_.non_blocking(true, ended);
    while (!ended) {
        tcp::socket socket(loop_);
        acceptor_.accept(socket, ended);
        if (!ended) adopt(std::move(socket));
    }
    acceptor_.close(ended);
    sweep_timer_.cancel();
}

void Server::stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    draining_ = false;
    sweep_timer_.cancel();
    for (auto* connection : copy_of(connections_)) connection->abort();
    for (auto* websocket : copy_of(websockets_)) websocket->abort();
    for (auto* tunnel : copy_of(tunnels_)) tunnel->abort();
}

}  // namespace mindspace::http
