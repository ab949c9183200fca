#pragma once
// One HTTP connection: reads requests, has them handled one at a time, writes the responses in the same order.
// Owned by its task. The sources by subject: connection.cpp serves and sweeps, input.cpp reads, admission.cpp refuses,
// exchange.cpp has requests handled, output.cpp writes.

#include "platform/http/connection/context.h"
#include "platform/http/connection/read_buffer.h"
#include "platform/http/connection/stream.h"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace mindspace::http {

class Connection {
public:
    using Clock = std::chrono::steady_clock;

    Connection(ConnectionContext& context, Stream stream);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Serves the connection, as a task of the context, until it ends.
    static void start(ConnectionContext& context, Stream stream);

    // Ends the connection if its deadline has passed, or if it is idle while the server drains. A client that sends its
    // request too slowly gets 408; a handler that takes too long is cancelled, and its client gets 504.
    void sweep(Clock::time_point now);
    // Cancels all operations and closes the connection without a response.
    void abort();

private:
    class StreamReader;
    class StreamWriter;
    static constexpr std::size_t kFlushAt = 64 * 1024;  // responses to pipelined requests are collected up to this size
    enum class Outcome {
        keep_open,
        close,  // after the pending output is written
        over,   // broken, or passed on to a WebSocket
    };

    static Awaitable<> run(std::shared_ptr<Connection> self);
    Awaitable<> serve();
    void set_peer(const asio::ip::address& peer);
    void set_client(const RequestHead& head);
    Awaitable<bool> read_proxy_header();
    bool claim_slot();
    void wait_until(std::chrono::seconds timeout) { deadline_ = Clock::now() + timeout; }
    [[nodiscard]] bool stays_open() const { return !is_last_ && !context_.is_draining; }

    // Input
    [[nodiscard]] std::span<char> unread() { return {buffer_->data() + begin_, end_ - begin_}; }
    Awaitable<Stream::Outcome> read_some(asio::mutable_buffer into);
    Awaitable<bool> read_more();
    void make_space();
    [[nodiscard]] bool is_streamed() const;
    Awaitable<Outcome> respond_to_stream();

    // Admission
    void admit();
    Awaitable<> refuse(ParseFailure failure);
    Awaitable<> refuse_unread();
    std::optional<ClientNetworks::Slot> claim_socket_slot(Exchange& exchange);
    Awaitable<> pause();
    void count_refusal();

    // Exchange
    Awaitable<Outcome> respond(BodyReader* content);
    void begin_reading(Clock::time_point deadline);
    void begin_handling(Exchange& exchange);
    Awaitable<Outcome> finish_response(bool keep_alive);
    Awaitable<Outcome> upgrade(Response response);

    // Output
    std::expected<ClientNetworks::UnreadBytes, ClientNetworks::Bound> count_unread(std::size_t bytes);
    std::string_view append(const Response& response, Method method, bool keep_alive);
    Awaitable<bool> flush_long(std::string_view content);
    Awaitable<Outcome> stream(Response response);
    Awaitable<bool> flush(std::string_view behind = {}, std::string_view end = {});
    Awaitable<bool> flush_before_reading();
    Awaitable<> linger();

    ConnectionContext& context_;
    Registry<Connection>::Registration registration_;
    TaskGroup::Task task_;
    Stream stream_;
    asio::ip::address peer_;   // or the client that a proxy has named
    bool is_proxied_ = false;  // the peer is a trusted proxy: each request may come from a different client
    ClientInfo client_;
    RequestParser parser_;
    // [begin_, end_) is unread. Shared with threads that work on a large body, which may outlive the connection.
    std::shared_ptr<ReadBuffer> buffer_ = std::make_shared<ReadBuffer>();
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string out_;
    std::size_t consumed_ = 0;  // bytes of the request that is being handled
    bool is_last_ = false;      // the connection ends after its response
    Clock::time_point deadline_;
    bool idle_ = true;              // between requests
    Exchange* handling_ = nullptr;  // while the handler's deadline applies
    bool is_reading_ = false;
    bool is_writing_ = false;
    bool is_late_ = false;                // the client did not complete its request in time
    std::optional<Router::Match> match_;  // of the request, once its head is read
    std::optional<Refusal> refusal_;      // of the request
    Clock::time_point paused_until_{};    // after a refusal
};

}  // namespace mindspace::http
