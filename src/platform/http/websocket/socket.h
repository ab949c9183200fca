#pragma once
// An open WebSocket on the server's side: receives messages by receive(), sends frames by send(). A frame is created
// once and shared by all its receivers; the output queue is bounded, and a client that does not read is dropped.
// Used on its core's loop. Kept alive by its coroutine and by every owner of a pointer.

#include "platform/http/connection/stream.h"
#include "platform/http/websocket/frame.h"
#include "platform/http/websocket/hub.h"
#include "platform/http/websocket/queue.h"
#include "platform/limits/gcra.h"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace mindspace::http {

struct WebSocketLimits {
    std::size_t max_message = 4 * 1024;    // bytes of a client's message; above: 1009
    std::size_t max_queued = 256 * 1024;   // bytes that wait for a slow client; above: 1013
    std::size_t max_queued_frames = 2048;  // the same in frames
    bool takes_binary = false;             // otherwise: 1003
    // Limits the frames from the client, including control frames and fragments; above: flood_code. The policy must
    // outlive the socket. Null: no limit.
    const limits::Policy* frames = nullptr;
    CloseCode flood_code = CloseCode::policy_violation;
};

struct WebSocketMessage {
    std::string payload;
    bool is_binary = false;
};

class WebSocket : public std::enable_shared_from_this<WebSocket> {
public:
    using Clock = std::chrono::steady_clock;

    // `early`: bytes received after the handshake request.
    WebSocket(WebSocketHub& hub, Stream stream, std::span<const char> early, WebSocketReader::Compression compression);
    ~WebSocket();
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    // Replaces the default limits; before the first receive().
    void set_limits(const WebSocketLimits& limits);

    // The next message; nothing (nullopt) when the socket has ended. Replies to pings. One receive at a time.
    Awaitable<std::optional<WebSocketMessage>> receive();

    // Queues a frame. The loop writes queued frames together after its current handler. If the queue exceeds its limit,
    // the socket is closed with 1013.
    void send(const Frame& frame);
    // Sends the queued frames, then a close frame; receive() ends.
    void close(CloseCode code, std::string_view reason = {});
    // Closes the connection immediately, without a close frame.
    void abort();
    [[nodiscard]] bool is_open() const { return open_; }

    // Called by the hub periodically: pings a client that has been silent for 25 s, drops one that then sends nothing
    // for 10 s, and one that does not read.
    void sweep(Clock::time_point now);
    // Called by the hub soon after send(): writes what the kernel accepts.
    void flush();

private:
    bool take_event(std::optional<WebSocketMessage>& message, bool& need_more);
    void drop_read_input();
    [[nodiscard]] bool is_flood(std::size_t frames);
    void send_pong(std::string_view payload);
    void enqueue(FrameQueue::FrameBytes frame);
    [[nodiscard]] bool is_backlogged() const;
    void close_slow();
    void write();
    void write_within_tls();
    void wait_to_write();
    static Awaitable<> shut_down(std::shared_ptr<WebSocket> self);

    WebSocketHub& hub_;
    Registry<WebSocket>::Registration registration_;
    Stream stream_;
    WebSocketLimits limits_;
    WebSocketReader reader_;
    const WebSocketReader::Compression compression_;
    std::string input_;  // unread from input_begin_ on; empty while the client is silent
    std::size_t input_begin_ = 0;
    limits::Gcra frames_;
    FrameQueue queue_;
    std::optional<std::string> due_pong_;  // for the latest ping received while waiting to write
    Clock::time_point received_at_;        // when the client last sent anything
    Clock::time_point pinged_at_;          // valid if is_pinged_
    Clock::time_point write_began_at_;     // of the pending write or close
    bool has_flooded_ = false;             // further input is dropped
    bool is_pinged_ = false;               // and has sent nothing since
    bool open_ = true;                     // we may still send messages
    bool closing_ = false;                 // our close frame is queued
    bool waiting_ = false;                 // for the kernel or TLS to accept pending output
    bool scheduled_ = false;               // flush() will be called
    bool close_written_ = false;           // our close frame has been sent
};

}  // namespace mindspace::http
