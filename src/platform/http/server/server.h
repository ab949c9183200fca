#pragma once
// The HTTP/1.1 server of one core: a listener with SO_REUSEPORT beside those of the other cores, its connections, and
// the sweep that ends whatever is too slow. Lives on the core's io_context and is never touched from elsewhere.

#include "platform/http/api/dispatcher.h"
#include "platform/http/server/bound_port.h"
#include "platform/http/server/client_address.h"
#include "platform/http/server/client_networks.h"
#include "platform/http/server/tls_certificates.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>

namespace mindspace::http {

class Connection;
class WebSocket;
class WebSocketTunnel;

struct ServerOptions {
    ParseLimits limits{};
    std::size_t max_connections = 15000;  // of this core; beyond: accepted and closed at once
    // Of this core; max_connections is its total. Proxies are not counted by themselves, but those for whom they call.
    std::size_t max_connections_per_network = 5000;
    std::size_t max_unread_per_network = 32 * 1024 * 1024;  // bytes
    std::size_t max_unread = 128 * 1024 * 1024;             // bytes
    // Whether a client that comes back at once after a 503 waits for its turn. Not where clients share connections.
    bool paces_refused = false;
    // How long idle connections outlive the begin of a drain: until gateways have noticed it and send nothing more.
    std::chrono::milliseconds drain_grace{0};
    std::chrono::seconds header_timeout{10};   // from the first octet of a request, or from the connection
    std::chrono::seconds body_timeout{30};     // from the end of the head
    std::chrono::seconds idle_timeout{75};     // between requests
    std::chrono::seconds request_timeout{60};  // for the handler
    std::chrono::seconds write_timeout{10};    // for a client that does not read
    ProxyTrust proxies{};                      // who may say for whom they call
    bool expects_proxy_header = false;         // from those proxies, at the beginning of each connection
    const TlsCertificates* tls = nullptr;      // null: plain; must outlive the server
    bool packs_websockets = false;             // permessage-deflate, for clients that offer it
};

class Server {
public:
    Server(asio::io_context& loop, ServerOptions options, Dispatcher& dispatcher, CoreMetrics& metrics);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Takes one of the port's sockets, without listening yet.
    void bind(BoundPort& port) { port.give_to(acceptor_); }
    // Begins to listen and to accept. On the loop's thread, after bind().
    void start();

    // Stops to accept; connections end after the answer they are at, sockets when they are told to; those that another
    // server serves are told here to come back within `window`.
    void drain(std::chrono::milliseconds window);
    // True when nothing is open any more.
    [[nodiscard]] bool is_idle() const { return open_connections() == 0; }
    // Ends everything at once.
    void stop();

private:
    friend class Connection;
    friend class WebSocket;
    friend class WebSocketTunnel;

    Awaitable<> accept();
    Awaitable<> sweep();
    void sweep_websockets(std::size_t turn);
    void adopt(asio::ip::tcp::socket socket);
    [[nodiscard]] std::size_t open_connections() const {
        return connections_.size() + websockets_.size() + tunnels_.size();
    }
    void flush_soon(std::shared_ptr<WebSocket> socket);
    void flush_some();

    asio::io_context& loop_;
    ServerOptions options_;
    Dispatcher& dispatcher_;
    CoreMetrics& metrics_;
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer sweep_timer_;
    // Not owned: a connection is owned by its coroutine, and takes itself out when it ends.
    std::unordered_set<Connection*> connections_;
    std::unordered_set<WebSocket*> websockets_;
    std::unordered_set<WebSocketTunnel*> tunnels_;
    ClientNetworks networks_;
    bool draining_ = false;
    std::chrono::steady_clock::time_point idle_end_{};  // of idle connections, once it is draining
    std::chrono::milliseconds drain_window_{};          // once it is draining
    std::deque<std::shared_ptr<WebSocket>> unflushed_;  // in the order in which they are written
    bool is_flushing_ = false;
};

}  // namespace mindspace::http
