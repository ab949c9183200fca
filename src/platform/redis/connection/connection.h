#pragma once
// One connection to one Redis server, from connect to loss; it is never reopened (reconnector.h creates the next one).
// Commands are pipelined: those of one loop iteration leave in one write, replies are matched in order. Belongs to one
// core and is used by its thread only; callers are resumed inline by the read that received their reply.

#include "platform/async/awaitable.h"
#include "platform/async/cancellation.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/resp.h"
#include "platform/redis/connection/stats.h"
#include "platform/redis/scripts/script.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::redis {

class TlsStream;

// Whether a node of a cluster must serve a slot that is currently being moved to it (the command ASKING).
enum class AskingMode { no, yes };

class Connection : public std::enable_shared_from_this<Connection> {
public:
    // If set, the connection is a subscriber's: the callback receives the pushes and also error replies, because only
    // SUBSCRIBE and similar commands can fail there. It may call any function of the connection. A ProtocolError closes
    // the connection; it must throw nothing else.
    using OnPush = std::function<void(Connection&, const Value&)>;

    // `options`, `stats` and everything that `on_push` uses must live until close(). Without `on_push`, pushes are
    // dropped.
    Connection(asio::io_context& io, const ClientOptions& options, ClientStats& stats, OnPush on_push);
    ~Connection();

    // Connects, starts TLS if configured, switches to RESP3, authenticates. Throws Unavailable, at the latest after
    // connect_timeout.
    Awaitable<> open();
    // Closes the connection: every pending command throws Unavailable(reason) before this returns.
    void close(std::string reason);
    // Returns once the connection is closed.
    Awaitable<> closed();
    [[nodiscard]] bool is_closed() const { return is_closed_; }
    [[nodiscard]] const std::string& close_reason() const { return close_reason_; }

    // Sends one command, given in parts, and returns its reply, which may be an error reply. Encodes immediately, so
    // that `parts` need not outlive the call; the awaitable must also be awaited immediately. Throws Unavailable as
    // Client::command.
    Awaitable<Value> exchange(std::initializer_list<Arguments> parts, AskingMode asking = AskingMode::no);
    // As Client::command and Client::run.
    Awaitable<Value> command(std::vector<std::string_view> args);
    Awaitable<Value> run(const Script& script, Arguments keys, Arguments args);
    // Sends a command to which Redis replies with pushes only: SUBSCRIBE and similar commands.
    void send(Arguments args);

private:
    using Endpoint = asio::generic::stream_protocol::endpoint;
    struct Pending {
        ResumeWith<Value> resume;  // empty if the caller was cancelled or there is none
        std::chrono::steady_clock::time_point sent_at;
        std::int64_t sent_at_check;
    };

    static Awaitable<Value> run_command(std::shared_ptr<Connection> self, std::vector<std::string_view> args);
    static Awaitable<Value> run_script(std::shared_ptr<Connection> self, const Script& script, Arguments keys,
                                       Arguments args);

    Awaitable<std::vector<Endpoint>> find_endpoints();
    Awaitable<> encrypt();
    Awaitable<> send_hello();
    void append(std::initializer_list<Arguments> parts);
    void append_ignoring_reply(std::string_view command);
    ResumeWith<Value>& expect_reply();
    void with_stream(auto operation);
    void write();
    void read();
    void deliver_replies();
    void deliver(Value reply);
    void watch();
    void check_deadlines();

    asio::io_context& io_;
    const ClientOptions& options_;
    ClientStats& stats_;
    OnPush on_push_;
    asio::generic::stream_protocol::socket socket_;
    std::unique_ptr<TlsStream> tls_;  // null without TLS
    asio::steady_timer watch_timer_;
    asio::steady_timer closed_signal_;  // never expires; close() cancels it
    Parser parser_;
    std::deque<Pending> pending_;
    std::string output_;   // encoded, not yet passed to the socket
    std::string sending_;  // what the socket is writing
    bool is_writing_ = false;
    bool is_open_ = false;
    bool is_closed_ = false;
    std::string close_reason_;
    std::int64_t checks_ = 0;  // of deadlines, so far
    std::chrono::steady_clock::time_point connect_deadline_;
    std::chrono::steady_clock::time_point received_at_;
};

}  // namespace mindspace::redis
