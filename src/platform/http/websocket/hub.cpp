#include "platform/http/websocket/hub.h"

#include "platform/http/websocket/socket.h"
#include "platform/http/websocket/tunnel.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace mindspace::http {

namespace {

constexpr std::size_t kSweepParts = 4;           // the sockets are swept in this many parts, one per sweep
constexpr std::size_t kMaxFlushedSockets = 128;  // per iteration of the loop; one or two milliseconds

void log_socket_failure(const std::exception& fault) {
    log::error("a socket failed", {{"event.action", "internal_error"}, {"error.message", fault.what()}});
}

}  // namespace

WebSocketHub::WebSocketHub(asio::io_context& loop, CoreMetrics& metrics, Clock::duration write_timeout)
    : loop_(loop),
      metrics_(metrics),
      write_timeout_(write_timeout),
      tasks_(loop, {.on_task_failed = &log_socket_failure}) {}

WebSocketHub::~WebSocketHub() = default;

// In parts: there may be many sockets, and a later sweep does no harm.
void WebSocketHub::sweep(Clock::time_point now) {
    const auto part = (sockets_.size() + kSweepParts - 1) / kSweepParts;
    sockets_.visit(part, [now](WebSocket& socket) { socket.sweep(now); });
    tunnels_.visit_all([now](WebSocketTunnel& tunnel) { tunnel.sweep(now); });
}

void WebSocketHub::drain(std::chrono::milliseconds window) {
    drain_window_ = window;
    tunnels_.visit_all([window](WebSocketTunnel& tunnel) { tunnel.drain(window); });
}

void WebSocketHub::stop() {
    sockets_.visit_all([](WebSocket& socket) { socket.abort(); });
    tunnels_.visit_all([](WebSocketTunnel& tunnel) { tunnel.abort(); });
    tasks_.cancel();
}

void WebSocketHub::flush_soon(std::shared_ptr<WebSocket> socket) {
    unflushed_.push_back(std::move(socket));
    if (std::exchange(is_flushing_, true)) return;
    asio::post(loop_, [this] { flush_batch(); });
}

// Flushes in batches, so that a message to ten thousand sockets delays no request.
void WebSocketHub::flush_batch() {
    for (auto left = std::min(unflushed_.size(), kMaxFlushedSockets); left > 0; --left) {
        auto socket = std::move(unflushed_.front());
        unflushed_.pop_front();
        socket->flush();
    }
    is_flushing_ = !unflushed_.empty();
    if (is_flushing_) asio::post(loop_, [this] { flush_batch(); });
}

}  // namespace mindspace::http
