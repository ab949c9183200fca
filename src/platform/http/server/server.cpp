#include "platform/http/server/server.h"

#include "platform/async/as_tuple.h"
#include "platform/http/connection/connection.h"
#include "platform/telemetry/log/log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace mindspace::http {

using asio::ip::tcp;

namespace {

constexpr auto kSweepInterval = std::chrono::milliseconds(500);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kBacklog = 4096;
constexpr int kMaxUnsent = 64 * 1024;  // bytes in the kernel above the client's receive window

// Limits the memory that the kernel uses for clients that do not read: it buffers little more than it can send, and
// ends a connection whose client accepts nothing for `timeout`.
void bound_unread(tcp::socket& socket, std::chrono::milliseconds timeout) {
    const int max_unsent = kMaxUnsent;
    const auto limit = static_cast<unsigned>(timeout.count());
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &max_unsent, sizeof max_unsent);
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}

void log_connection_failure(const std::exception& fault) {
    log::error("a connection failed", {{"event.action", "internal_error"}, {"error.message", fault.what()}});
}

bool is_for_anyone(const Endpoint& endpoint) {
    return endpoint.declaration.access == Access::anyone;
}

}  // namespace

Server::Server(asio::io_context& loop, ServerOptions options, Endpoints endpoints, const MiddlewareParts& middleware)
    : loop_(loop),
      options_(std::move(options)),
      parts_(middleware),
      router_(std::move(endpoints)),
      metrics_(router_),
      middleware_(parts_, metrics_),
      networks_({.connections = options_.max_connections_per_network,
                 .unread_bytes = options_.max_unread_per_network,
                 .total_connections = options_.max_connections,
                 .total_unread_bytes = options_.max_unread},
                metrics_.unread_bytes),
      websockets_(loop, metrics_, options_.write_timeout),
      acceptor_(loop),
      sweep_timer_(loop),
      tasks_(loop, {.on_task_failed = &log_connection_failure}),
      context_{.loop = loop,
               .options = options_,
               .parts = parts_,
               .router = router_,
               .middleware = middleware_,
               .metrics = metrics_,
               .networks = networks_,
               .tasks = tasks_,
               .connections = connections_,
               .websockets = websockets_} {
    if (!parts_.access && !std::ranges::all_of(router_.endpoints(), is_for_anyone))
        throw std::logic_error("endpoints for users need access control");
}

Server::~Server() = default;

void Server::start() {
    acceptor_.listen(kBacklog);
    tasks_.spawn(accept());
    tasks_.spawn(sweep());
}

Awaitable<> Server::accept() {
    asio::steady_timer pause(loop_);
    while (acceptor_.is_open()) {
        auto [failure, socket] = co_await acceptor_.async_accept(kTuple);
        if (!failure) {
            adopt(std::move(socket));
        } else if (acceptor_.is_open()) {
            // Most likely out of file descriptors: wait until some connections have ended.
            log::warn("accept failed", {{"error.message", failure.message()}});
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(kTuple);
        }
    }
}

void Server::adopt(tcp::socket socket) {
    if (context_.open() >= options_.max_connections) return metrics_.connections_refused.add(1);
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    bound_unread(socket, options_.write_timeout);
    ClientNetworks::Slot slot(networks_);
    auto stream = options_.tls != nullptr ? Stream(std::move(socket), std::move(slot), *options_.tls->current())
                                          : Stream(std::move(socket), std::move(slot));
    Connection::start(context_, std::move(stream));
}

Awaitable<> Server::sweep() {
    while (acceptor_.is_open() || !is_idle()) {
        const auto now = Connection::Clock::now();
        connections_.visit_all([now](Connection& connection) { connection.sweep(now); });
        websockets_.sweep(now);
        sweep_timer_.expires_after(kSweepInterval);
        auto [failure] = co_await sweep_timer_.async_wait(kTuple);
        if (failure && !acceptor_.is_open() && !context_.is_draining) co_return;
    }
}

void Server::drain(std::chrono::milliseconds window) {
    context_.is_draining = true;
    context_.idle_end = Connection::Clock::now() + options_.drain_grace;
    websockets_.drain(window);
    // Closing the listener would reset connections that are established but not accepted, and may carry a request.
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
    context_.is_draining = false;
    connections_.visit_all([](Connection& connection) { connection.abort(); });
    websockets_.stop();
    tasks_.cancel();
    sweep_timer_.cancel();
}

}  // namespace mindspace::http
