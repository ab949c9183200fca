#pragma once
// An open WebSocket on the server's side: messages in by receive(), frames out by send(). Frames are made once and
// shared by all who get them; what waits to be sent is bounded, and a client that does not read is dropped.
// Lives on its core's loop. Kept alive by its coroutine and by whoever holds it; detached from the server when closed.

#include "platform/http/server.h"
#include "platform/http/stream.h"
#include "platform/http/websocket_codec.h"

#include <deque>
#include <optional>
#include <span>
#include <string>

namespace mindspace::http {

using Frame = std::shared_ptr<const std::string>;  // the octets of a whole frame

Frame make_text_frame(std::string_view text);

class WebSocket : public std::enable_shared_from_this<WebSocket> {
public:
    using Clock = std::chrono::steady_clock;

    // `early` is what had come in behind the handshake.
    WebSocket(Server& server, Stream stream, std::span<const char> early);
    ~WebSocket();
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    // The next text message; nothing when the socket has ended. Pings are answered, binary is refused (1003). One
    // receive at a time.
    Awaitable<std::optional<std::string>> receive();

    // Queues a frame. Once more than kMaxQueued octets wait, the socket is closed with 1013.
    void send(Frame frame);
    // Says goodbye: what is queued is sent, then a close frame; receive() ends.
    void close(CloseCode code, std::string_view reason = {});
    // Ends without a word.
    void abort();
    [[nodiscard]] bool is_open() const { return open_; }

    // By the server, now and then: pings an idle client, drops a dead or stuck one.
    void sweep(Clock::time_point now);

    static constexpr std::size_t kMaxMessage = 4 * 1024;
    static constexpr std::size_t kMaxQueued = 256 * 1024;

private:
    bool take_event(std::optional<std::string>& message, bool& need_more);
    Awaitable<bool> read_some();
    void write_next();
    void written(boost::system::error_code failure, std::size_t size);
    static Awaitable<> shut_down(std::shared_ptr<WebSocket> self);

    Server& server_;
    Stream stream_;
    WebSocketReader reader_{kMaxMessage};
    std::string input_;        // unread octets; empty while the client is quiet
    std::deque<Frame> queue_;  // the first `writing_` of them are on their way
    std::size_t writing_ = 0;
    std::size_t queued_bytes_ = 0;
    Clock::time_point heard_at_;  // when the client last sent anything
    Clock::time_point pinged_at_;
    Clock::time_point write_began_at_;
    bool open_ = true;      // we may still send messages
    bool closing_ = false;  // our close frame is queued
};

}  // namespace mindspace::http
