#pragma once
// One HTTP connection: reads requests, has them handled one after the other, writes the answers in their order.
// Owned by its coroutine; the server knows it for the sweep only.

#include "platform/http/server/read_buffer.h"
#include "platform/http/server/server.h"
#include "platform/http/server/stream.h"

#include <memory>
#include <string>

namespace mindspace::http {

class Connection {
public:
    using Clock = std::chrono::steady_clock;

    Connection(Server& server, Stream stream);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    static Awaitable<> run(std::shared_ptr<Connection> self);

    // Ends the connection if it is over its deadline, or idle while the server drains. Whoever is too slow with a
    // request is told (408), and so is, outside TLS, whose answer takes too long (504).
    void sweep(Clock::time_point now, bool draining);
    void abort();

private:
    class StreamReader;
    class StreamWriter;
    enum class Outcome {
        go_on,
        close,  // after what is still to be written
        over,   // broken, or taken over
    };

    Awaitable<> serve();
    Awaitable<bool> read_proxy_header();
    bool take_place();
    void set_peer(const asio::ip::address& peer);
    Awaitable<Outcome> answer_request(BodyReader* content);
    Awaitable<Outcome> answer_streamed_request();
    Awaitable<Outcome> upgrade(Response response);
    Awaitable<Outcome> stream(Response response);
    Awaitable<Outcome> finish_answer(bool keep_alive);
    Awaitable<> refuse(ParseFailure failure);
    std::expected<ClientNetworks::Unread, ClientNetworks::Bound> hold(std::size_t bytes);
    bool admit();
    [[nodiscard]] bool stays_open() const { return !is_last_ && !server_.draining_; }
    void append_too_many();
    void refuse_at_once();
    Awaitable<Stream::Outcome> read_some(asio::mutable_buffer into);
    Awaitable<bool> read_more();
    void make_room();
    static constexpr std::size_t kLeastBuffer = 4 * 1024;
    Awaitable<bool> flush_before_reading();
    Awaitable<bool> flush(std::string_view behind = {}, std::string_view end = {});
    Awaitable<> linger();
    void append(const Response& response, Method method, bool keep_alive);
    [[nodiscard]] bool is_streamed() const;
    void begin_reading(Clock::time_point deadline);
    void begin_handling();
    Awaitable<> pause();
    void note_refusal();
    void wait_until(std::chrono::seconds timeout) { deadline_ = Clock::now() + timeout; }
    [[nodiscard]] std::span<char> unread() { return {buffer_->data() + begin_, end_ - begin_}; }

    Server& server_;
    Stream stream_;
    asio::ip::address peer_;   // or who a proxy said it is
    bool is_proxied_ = false;  // the peer is a proxy of ours: each request may be another client's
    ClientInfo client_;
    RequestParser parser_;
    // [begin_, end_) is unread. Shared with threads that work on a large body, which may outlive the connection.
    std::shared_ptr<ReadBuffer> buffer_ = std::make_shared<ReadBuffer>();
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string out_;
    std::size_t consumed_ = 0;  // by the request that is being answered
    bool is_last_ = false;      // the connection ends with its answer
    Clock::time_point deadline_;
    bool idle_ = true;  // between requests
    bool is_handling_ = false;
    const Exchange* exchange_ = nullptr;  // while it is handled
    bool is_reading_ = false;
    bool is_writing_ = false;
    bool is_late_ = false;                   // the client, with a request that it has begun
    std::optional<Router::Match> match_;     // of the request, once it is admitted
    Clock::time_point paused_until_{};       // after a refusal
    asio::steady_timer* pausing_ = nullptr;  // while it waits for that
};

}  // namespace mindspace::http
