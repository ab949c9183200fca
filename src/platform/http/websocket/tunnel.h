#pragma once
// A WebSocket that another server serves: bytes are forwarded in both directions, uninterpreted, at the pace of the
// slower side, without a buffer while idle. When one side ends, the other gets its end and a short time to end, too.
// Used on its core's loop; kept alive by its two directions.

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

    // Without a drain message the client of a draining server gets only the close frame.
    WebSocketTunnel(WebSocketHub& hub, Stream client, Stream upstream, DrainMessage drain_message);
    ~WebSocketTunnel();
    WebSocketTunnel(const WebSocketTunnel&) = delete;
    WebSocketTunnel& operator=(const WebSocketTunnel&) = delete;

    // Bytes received after the two handshakes are forwarded first. If the server drains already, drain() follows.
    void start(std::span<const char> from_client, std::span<const char> from_upstream);

    // Called by the hub when the server drains: sends the drain message, then 1012, as soon as no message to the client
    // is in transit.
    void drain(std::chrono::milliseconds window);
    // Called by the hub periodically: drops unresponsive tunnels.
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
    MessageBoundary boundary_;  // of the messages to the client
    DrainMessage drain_message_;
    std::string close_frame_;  // frames to send last; nothing is forwarded to the client after them
    bool sent_close_ = false;
    Clock::time_point received_at_ = Clock::now();
    std::optional<Clock::time_point> ending_since_;
};

}  // namespace mindspace::http
