#pragma once
// The HTTP/1.1 server of one port on one core: its endpoints, a listener with SO_REUSEPORT beside those of the other
// cores, its connections, and the sweep that ends whatever is too slow. Lives on the core's io_context and is never
// touched from elsewhere, except figures that are read for the metrics page.

#include "platform/http/connection/context.h"
#include "platform/http/server/bound_port.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace mindspace::http {

class Server {
public:
    // Endpoints that are not for anyone need access control: std::logic_error without.
    Server(asio::io_context& loop, ServerOptions options, Endpoints endpoints, const MiddlewareParts& middleware);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Takes one of the port's sockets, without listening yet.
    void bind(BoundPort& port) { port.pass_to(acceptor_); }
    // Begins to listen and to accept. On the loop's thread, after bind().
    void start();

    // Stops to accept; connections end after the response they are at, sockets when they are told to; those that
    // another server serves are told here to come back within `window`.
    void drain(std::chrono::milliseconds window);
    // True when nothing is open any more.
    [[nodiscard]] bool is_idle() const { return context_.open() == 0; }
    // Ends everything at once, requests that are being handled included.
    void stop();

    [[nodiscard]] const Router& router() const { return router_; }
    [[nodiscard]] const CoreMetrics& metrics() const { return metrics_; }

private:
    Awaitable<> accept();
    Awaitable<> sweep();
    void adopt(asio::ip::tcp::socket socket);

    asio::io_context& loop_;
    const ServerOptions options_;
    const MiddlewareParts parts_;
    const Router router_;
    CoreMetrics metrics_;
    Middleware middleware_;
    ClientNetworks networks_;
    Registry<Connection> connections_;
    WebSocketHub websockets_;
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer sweep_timer_;
    TaskGroup tasks_;
    ConnectionContext context_;
};

}  // namespace mindspace::http
