#pragma once
// An open WebSocket on the server's side: messages in by receive(), frames out by send(). Frames are made once and
// shared by all that get them; what waits to be sent is bounded, and a client that does not read is dropped.
// Lives on its core's loop. Kept alive by its coroutine and by all that hold it.

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
    std::size_t max_message = 4 * 1024;    // bytes of a message of the client; beyond: 1009
    std::size_t max_queued = 256 * 1024;   // bytes that wait for a slow client; beyond: 1013
    std::size_t max_queued_frames = 2048;  // the same in frames
    bool takes_binary = false;             // otherwise: 1003
    // Of frames from the client, control frames and fragments included; above it: flood_code. It must outlive the
    // socket. Null: no limit.
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

    // `early` is what had come in behind the handshake.
    WebSocket(WebSocketHub& hub, Stream stream, std::span<const char> early, WebSocketReader::Compression compression);
    ~WebSocket();
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    // Other limits than the usual ones; before the first receive().
    void set_limits(const WebSocketLimits& limits);

    // The next message; nothing when the socket has ended. Pings get their pong. One receive at a time.
    Awaitable<std::optional<WebSocketMessage>> receive();

    // Queues a frame. It goes out when the loop is done with what it is at, with others that came meanwhile. Once too
    // much waits, the socket is closed with 1013.
    void send(const Frame& frame);
    // Says goodbye: what is queued is sent, then a close frame; receive() ends.
    void close(CloseCode code, std::string_view reason = {});
    // Ends without a word.
    void abort();
    [[nodiscard]] bool is_open() const { return open_; }

    // By the hub, now and then: pings a client that was quiet for 25 s, drops one that then sends nothing for 10 s, and
    // a stuck one.
    void sweep(Clock::time_point now);
    // By the hub, soon after send(): writes what the kernel takes.
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
    std::string input_;  // from input_begin_ on it is unread; empty while the client is quiet
    std::size_t input_begin_ = 0;
    limits::Gcra frames_;
    FrameQueue queue_;
    std::optional<std::string> due_pong_;  // for the latest ping that came while we waited to write
    Clock::time_point received_at_;        // when the client last sent anything
    Clock::time_point pinged_at_;          // when it was pinged, if it is
    Clock::time_point write_began_at_;     // of what is waiting_ or closing_
    bool has_flooded_ = false;             // what still comes is dropped unread
    bool is_pinged_ = false;               // and has not sent anything since
    bool open_ = true;                     // we may still send messages
    bool closing_ = false;                 // our close frame is queued
    bool waiting_ = false;                 // for the kernel, or TLS, to take what it has been offered
    bool scheduled_ = false;               // flush() will be called
    bool close_written_ = false;           // our close frame is out
};

}  // namespace mindspace::http
