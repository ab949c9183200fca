#pragma once
// One libpq connection on an event loop, from connect to loss; never reopened: connecting without blocking, waiting for
// the socket, closing at a deadline. The socket belongs to libpq; Asio only watches it. Client, Session and Listener
// are built on it. Held by shared_ptr, because a wait may outlive the owner. Belongs to one loop.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

struct pg_conn;

namespace mindspace::postgres {

// The kind of pooler between us and the server.
enum class Pooling {
    none,         // the connection is ours
    transaction,  // PgBouncer or a similar pooler in transaction mode: each transaction may run on another connection,
                  // so statements have no names, and the session's settings are the pool's or the database role's
};

constexpr auto names_of(Pooling) {
    return std::array<std::string_view, 2>{"none", "transaction"};
}

struct ConnectionOptions {
    std::string conninfo;  // libpq's connection string or URI
    Milliseconds connect_timeout{2000};
    Milliseconds query_timeout{5000};  // the server aborts a statement a little earlier
    Pooling pooling = Pooling::none;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit Connection(asio::io_context& io);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Connects once, with our session settings. Throws Unavailable if rejected, late, or closed in the meantime.
    Awaitable<> connect(ConnectionOptions options);
    // Wakes all waiting coroutines. May be called twice.
    void close();
    [[nodiscard]] bool is_open() const { return native_ != nullptr; }

    // Both return when the socket is ready or the connection is closed: check is_open().
    Awaitable<> readable();
    Awaitable<> writable();
    // Passes the received bytes to libpq. False: the connection is lost.
    bool consume();

    // Closes the connection at that time unless cancel_deadline() comes first.
    void close_at(TimePoint deadline);
    void cancel_deadline();

    [[nodiscard]] pg_conn* native() const { return native_; }
    // libpq's last error, in one line.
    [[nodiscard]] std::string last_error() const;
    // True if small writes become separate packets unless corked (TCP).
    [[nodiscard]] bool can_cork() const { return is_tcp_; }
    // While corked, writes gather in the kernel and leave in as few packets as possible.
    void cork(bool corked);

private:
    Awaitable<> wait(asio::posix::stream_descriptor::wait_type what);
    void watch_socket();
    void unwatch_socket();

    asio::io_context& io_;
    asio::posix::stream_descriptor socket_;
    asio::steady_timer deadline_;
    pg_conn* native_ = nullptr;
    bool is_tcp_ = false;
    bool is_closed_ = false;  // also before it was connected
};

}  // namespace mindspace::postgres
