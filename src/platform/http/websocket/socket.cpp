#include "platform/http/websocket/socket.h"

#include <boost/asio/buffer.hpp>

#include <array>
#include <utility>

namespace mindspace::http {

namespace {

constexpr auto kPingInterval = std::chrono::seconds(25);
constexpr auto kPongTimeout = std::chrono::seconds(10);
constexpr std::size_t kMaxFramesPerWrite = 32;

FrameQueue::FrameBytes control_frame(Opcode opcode, std::string_view payload) {
    auto frame = std::make_shared<std::string>();
    append_frame(*frame, opcode, payload);
    return frame;
}

}  // namespace

WebSocket::WebSocket(WebSocketHub& hub, Stream stream, std::span<const char> early,
                     WebSocketReader::Compression compression)
    : hub_(hub),
      registration_(hub.sockets(), *this),
      stream_(std::move(stream)),
      reader_(limits_.max_message, compression),
      compression_(compression),
      input_(early.begin(), early.end()),
      received_at_(Clock::now()) {
    hub_.metrics().websockets.add(1);
}

WebSocket::~WebSocket() {
    hub_.metrics().websockets.add(-1);
}

void WebSocket::set_limits(const WebSocketLimits& limits) {
    limits_ = limits;
    reader_ = WebSocketReader(limits.max_message, compression_);
}

// ---- input

Awaitable<std::optional<WebSocketMessage>> WebSocket::receive() {
    auto self = shared_from_this();
    while (true) {
        std::optional<WebSocketMessage> message;
        bool need_more = false;
        while (!message && !need_more)
            if (!take_event(message, need_more)) break;
        if (message) co_return message;
        drop_read_input();
        bool alive = co_await stream_.receive(input_);
        if (!alive) {
            open_ = false;
            co_return std::nullopt;
        }
        received_at_ = Clock::now();
        is_pinged_ = false;
    }
}

// Once per read, not per frame.
void WebSocket::drop_read_input() {
    input_.erase(0, std::exchange(input_begin_, 0));
    if (input_.empty()) std::string().swap(input_);
}

bool WebSocket::is_flood(std::size_t frames) {
    if (limits_.frames == nullptr || frames == 0) return false;
    return !frames_.admit(*limits_.frames, limits::microseconds(received_at_), static_cast<double>(frames));
}

// Handles the next event of the input. False if the client's side has ended.
bool WebSocket::take_event(std::optional<WebSocketMessage>& message, bool& need_more) {
    if (has_flooded_) {
        input_begin_ = input_.size();
        return false;
    }
    auto event = reader_.next(std::span(input_).subspan(input_begin_));
    input_begin_ += event.consumed;
    if (is_flood(event.frames)) {
        hub_.metrics().flooding_websockets_closed.add(1);
        has_flooded_ = true;
        close(limits_.flood_code, "too many frames");
        return false;
    }
    switch (event.kind) {
        case WebSocketEvent::Kind::need_more:
            need_more = true;
            break;
        case WebSocketEvent::Kind::text:
            if (open_) message = {.payload = std::string(event.payload)};
            break;
        case WebSocketEvent::Kind::binary:
            if (!limits_.takes_binary)
                close(CloseCode::unsupported_data, "text only");
            else if (open_)
                message = {.payload = std::string(event.payload), .is_binary = true};
            break;
        case WebSocketEvent::Kind::ping:
            if (open_) send_pong(event.payload);
            break;
        case WebSocketEvent::Kind::pong:
            break;
        case WebSocketEvent::Kind::close:
            close(event.code == CloseCode::no_status ? CloseCode::normal : event.code);
            break;
        case WebSocketEvent::Kind::failed:
            close(event.code);
            break;
    }
    return event.kind != WebSocketEvent::Kind::close && event.kind != WebSocketEvent::Kind::failed;
}

// ---- output

void WebSocket::send(const Frame& frame) {
    const bool is_compressed = compression_ == WebSocketReader::Compression::deflate;
    if (open_) enqueue(FrameQueue::FrameBytes(frame, is_compressed ? &frame->compressed() : &frame->plain()));
}

void WebSocket::close(CloseCode code, std::string_view reason) {
    if (closing_) return;
    closing_ = true;
    if (!waiting_) write_began_at_ = Clock::now();
    auto frame = std::make_shared<std::string>();
    append_close_frame(*frame, code, reason);
    if (open_) enqueue(std::move(frame));
    open_ = false;
}

// To a client that does not read, only the latest ping gets a pong (RFC 6455 section 5.5.3).
void WebSocket::send_pong(std::string_view payload) {
    if (waiting_)
        due_pong_ = payload;
    else
        enqueue(control_frame(Opcode::pong, payload));
}

bool WebSocket::is_backlogged() const {
    return queue_.size() > limits_.max_queued || queue_.count() > limits_.max_queued_frames;
}

void WebSocket::enqueue(FrameQueue::FrameBytes frame) {
    queue_.push(std::move(frame));
    if (is_backlogged() && !waiting_) flush();  // perhaps this side caused the delay
    if (is_backlogged() && !closing_) return close_slow();
    if (waiting_ || scheduled_) return;
    scheduled_ = true;
    hub_.flush_soon(shared_from_this());
}

// Frames that the client has not read would only delay the close frame.
void WebSocket::close_slow() {
    hub_.metrics().slow_websockets_closed.add(1);
    queue_.trim_to_first();
    close(CloseCode::try_again_later, "too slow");
}

void WebSocket::flush() {
    scheduled_ = false;
    if (!waiting_) write();
}

void WebSocket::write() {
    if (due_pong_ && !closing_) queue_.push(control_frame(Opcode::pong, *due_pong_));
    due_pong_.reset();
    if (stream_.is_tls() && !queue_.empty()) return write_within_tls();
    while (!queue_.empty()) {
        std::array<asio::const_buffer, kMaxFramesPerWrite> buffers;
        boost::system::error_code failure;
        queue_.pop(stream_.write_now(queue_.peek(buffers), failure));
        if (failure == asio::error::would_block) return wait_to_write();
        if (failure) return abort();
    }
    if (closing_ && !std::exchange(close_written_, true)) hub_.tasks().spawn(shut_down(shared_from_this()));
}

void WebSocket::wait_to_write() {
    waiting_ = true;
    write_began_at_ = Clock::now();
    stream_.wait_writable([self = shared_from_this()](boost::system::error_code failure) {
        self->waiting_ = false;
        if (!failure) self->write();
    });
}

void WebSocket::write_within_tls() {
    std::array<asio::const_buffer, 1> buffers;
    waiting_ = true;
    write_began_at_ = Clock::now();
    stream_.write(queue_.peek(buffers).front(),
                  [self = shared_from_this()](boost::system::error_code failure, std::size_t size) {
                      self->waiting_ = false;
                      if (failure) return self->abort();
                      self->queue_.pop(size);
                      self->write();
                  });
}

// Our close frame has been sent: end our side, and give the client a short time to end its own, enforced by sweep().
Awaitable<> WebSocket::shut_down(std::shared_ptr<WebSocket> self) {
    self->write_began_at_ = Clock::now();
    co_await self->stream_.end();
}

void WebSocket::abort() {
    open_ = false;
    stream_.close();
}

void WebSocket::sweep(Clock::time_point now) {
    const bool is_stuck = (waiting_ || closing_) && now - write_began_at_ > hub_.write_timeout();
    const bool is_dead = is_pinged_ && now - pinged_at_ > kPongTimeout;
    if (is_stuck || is_dead) return abort();
    if (open_ && !is_pinged_ && now - received_at_ > kPingInterval) {
        is_pinged_ = true;
        pinged_at_ = now;
        enqueue(control_frame(Opcode::ping, {}));
    }
}

}  // namespace mindspace::http
