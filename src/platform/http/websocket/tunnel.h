#pragma once
// A WebSocket that another server serves: bytes pass both ways, unread, as fast as the slower side takes them, through
// no buffer while nothing is sent. When one side ends, the other is told and has a moment to end, too. Lives on its
// core's loop; kept alive by its two directions.

#include "platform/http/connection/stream.h"
#include "platform/http/websocket/hub.h"
#include "platform/http/websocket/message_boundary.h"
#include "platform/http/wire/response.h"

#include <memory>
#include <optional>
#include <span>

namespace mindspace::http {

class WebSocketTunnel : public std::enable_shared_from_this<WebSocketTunnel> {
public:
    using Clock = std::chrono::steady_clock;

    // Without a drain message the client of a server that leaves gets nothing but the close frame.
    WebSocketTunnel(WebSocketHub& hub, Stream client, Stream upstream, DrainMessage drain_message);
    ~WebSocketTunnel();
    WebSocketTunnel(const WebSocketTunnel&) = delete;
    WebSocketTunnel& operator=(const WebSocketTunnel&) = delete;

    // What had come in behind the two handshakes goes first. When the server is leaving already, it is told.
    void start(std::span<const char> from_client, std::span<const char> from_upstream);

    // By the hub of a server that leaves: sends the client elsewhere (the drain message, then 1012) as soon as nothing
    // else is on its way to it.
    void drain(std::chrono::milliseconds window);
    // By the hub, now and then: drops what is dead or stuck.
    void sweep(Clock::time_point now);
    void abort();

private:
    struct Direction {
        Stream& from;
        Stream& to;
        Clock::time_point write_began_at = Clock::time_point::max();
        bool ended = false;
    };

    static Awaitable<> pump(std::shared_ptr<WebSocketTunnel> self, Direction& direction, std::string early);
    Awaitable<bool> pass(Direction& direction, std::string& bytes);
    Awaitable<> end(Direction& direction);
    void try_to_send_close();
    static Awaitable<> send_close(std::shared_ptr<WebSocketTunnel> self);

    WebSocketHub& hub_;
    Registry<WebSocketTunnel>::Registration registration_;
    Stream client_;
    Stream upstream_;
    Direction up_{client_, upstream_};
    Direction down_{upstream_, client_};
    MessageBoundary boundary_;  // of what the client gets
    DrainMessage drain_message_;
    std::string close_frame_;  // frames that are due; once sent, the client gets nothing any more
    bool sent_close_ = false;
    Clock::time_point received_at_ = Clock::now();
    std::optional<Clock::time_point> ending_since_;
};

}  // namespace mindspace::http
