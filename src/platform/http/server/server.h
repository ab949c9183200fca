#pragma once
// The HTTP/1.1 server of one port on one core: its endpoints, a listener that shares the port with the other cores
// (SO_REUSEPORT), its connections, and the sweep that ends slow ones. Used on the core's loop only, except metrics,
// which other threads read.

#include "platform/http/connection/context.h"
#include "platform/http/server/bound_port.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace mindspace::http {

class Server {
public:
    // Throws std::logic_error if an endpoint needs access control and there is none.
    Server(asio::io_context& loop, ServerOptions options, Endpoints endpoints, const MiddlewareParts& middleware);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Takes one of the port's sockets, without listening yet.
    void bind(BoundPort& port) { port.pass_to(acceptor_); }
    // Starts to listen and to accept. On the loop's thread, after bind().
    void start();

    // Stops accepting; connections end after their current response, sockets when their owner closes them; clients of
    // tunnelled sockets are asked to reconnect within `window`.
    void drain(std::chrono::milliseconds window);
    // True if no connection is open any more.
    [[nodiscard]] bool is_idle() const { return context_.open() == 0; }
    // Ends everything at once, including requests in progress.
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
