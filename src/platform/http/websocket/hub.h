#pragma once
// The open WebSockets of one server: those that this process serves (socket.h) and those that another process serves
// (tunnel.h). Sweeps them, and writes their queued frames in batches. Used on its core's loop; outlives them.

#include "platform/async/task_group.h"
#include "platform/http/middleware/metrics.h"
#include "platform/http/server/registry.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

namespace mindspace::http {

class WebSocket;
class WebSocketTunnel;

class WebSocketHub {
public:
    using Clock = std::chrono::steady_clock;

    // `write_timeout`: how long a client may read nothing.
    WebSocketHub(asio::io_context& loop, CoreMetrics& metrics, Clock::duration write_timeout);
    ~WebSocketHub();
    WebSocketHub(const WebSocketHub&) = delete;
    WebSocketHub& operator=(const WebSocketHub&) = delete;

    [[nodiscard]] std::size_t size() const { return sockets_.size() + tunnels_.size(); }
    // Called periodically: ends unresponsive connections. Each call checks only a part of the sockets served here.
    void sweep(Clock::time_point now);
    // Asks the clients of tunnels to reconnect within `window`; the clients of other sockets are notified by the
    // service that owns the sockets.
    void drain(std::chrono::milliseconds window);
    // Ends all immediately.
    void stop();

    // ---- for the sockets
    [[nodiscard]] Registry<WebSocket>& sockets() { return sockets_; }
    [[nodiscard]] Registry<WebSocketTunnel>& tunnels() { return tunnels_; }
    [[nodiscard]] TaskGroup& tasks() { return tasks_; }
    [[nodiscard]] CoreMetrics& metrics() { return metrics_; }
    [[nodiscard]] Clock::duration write_timeout() const { return write_timeout_; }
    // True once the server drains.
    [[nodiscard]] std::optional<std::chrono::milliseconds> drain_window() const { return drain_window_; }
    // Schedules the socket to write its queued frames.
    void flush_soon(std::shared_ptr<WebSocket> socket);

private:
    void flush_batch();

    asio::io_context& loop_;
    CoreMetrics& metrics_;
    const Clock::duration write_timeout_;
    Registry<WebSocket> sockets_;
    Registry<WebSocketTunnel> tunnels_;
    std::optional<std::chrono::milliseconds> drain_window_;
    std::deque<std::shared_ptr<WebSocket>> unflushed_;  // in the order in which they are written
    bool is_flushing_ = false;
    TaskGroup tasks_;
};

}  // namespace mindspace::http
