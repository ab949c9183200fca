#include "platform/http/websocket.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <vector>

namespace mindspace::http {

namespace {

constexpr auto kPingInterval = std::chrono::seconds(25);
constexpr auto kSilenceLimit = std::chrono::seconds(60);  // no pong for two pings and some
constexpr std::size_t kFramesAtOnce = 32;

}  // namespace

Frame make_text_frame(std::string_view text) {
    std::string frame;
    append_frame(frame, Opcode::text, text);
    return std::make_shared<const std::string>(std::move(frame));
}

WebSocket::WebSocket(Server& server, Stream stream, std::span<const char> early)
    : server_(server),
      stream_(std::move(stream)),
      input_(early.begin(), early.end()),
      heard_at_(Clock::now()),
      pinged_at_(heard_at_) {
    server_.websockets_.insert(this);
    server_.metrics_.websockets.add(1);
}

WebSocket::~WebSocket() {
    server_.websockets_.erase(this);
    server_.metrics_.websockets.add(-1);
}

Awaitable<std::optional<std::string>> WebSocket::receive() {
    auto self = shared_from_this();
    while (true) {
        std::optional<std::string> message;
        bool need_more = false;
        while (!message && !need_more)
            if (!take_event(message, need_more)) break;
        if (message) co_return message;
        bool alive = co_await read_some();
        if (!alive) {
            open_ = false;
            co_return std::nullopt;
        }
    }
}

// Acts on the next event of the input. False when the client's side is over.
bool WebSocket::take_event(std::optional<std::string>& message, bool& need_more) {
    auto event = reader_.next(input_);
    switch (event.kind) {
        case WebSocketEvent::Kind::need_more:
            need_more = true;
            break;
        case WebSocketEvent::Kind::text:
            if (open_) message.emplace(event.payload);
            break;
        case WebSocketEvent::Kind::binary:
            close(CloseCode::unsupported_data, "text only");
            break;
        case WebSocketEvent::Kind::ping:
            if (open_) {
                std::string pong;
                append_frame(pong, Opcode::pong, event.payload);
                send(std::make_shared<const std::string>(std::move(pong)));
            }
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
    input_.erase(0, event.consumed);
    return event.kind != WebSocketEvent::Kind::close && event.kind != WebSocketEvent::Kind::failed;
}

Awaitable<bool> WebSocket::read_some() {
    if (input_.empty()) input_ = {};
    bool alive = co_await stream_.receive(input_);
    if (alive) heard_at_ = Clock::now();
    co_return alive;
}

void WebSocket::send(Frame frame) {
    if (!open_) return;
    queued_bytes_ += frame->size();
    queue_.push_back(std::move(frame));
    if (queued_bytes_ > kMaxQueued) {
        server_.metrics_.slow_websockets_closed.add(1);
        // The frames it did not read would only delay the news.
        while (queue_.size() > writing_) {
            queued_bytes_ -= queue_.back()->size();
            queue_.pop_back();
        }
        close(CloseCode::try_again_later, "too slow");
    }
    if (writing_ == 0) write_next();
}

void WebSocket::close(CloseCode code, std::string_view reason) {
    if (closing_) return;
    std::string frame;
    append_close_frame(frame, code, reason);
    if (open_) {
        queued_bytes_ += frame.size();
        queue_.push_back(std::make_shared<const std::string>(std::move(frame)));
    }
    open_ = false;
    closing_ = true;
    if (writing_ == 0) write_next();
}

void WebSocket::write_next() {
    if (queue_.empty()) {
        if (closing_) asio::co_spawn(server_.loop_, shut_down(shared_from_this()), asio::detached);
        return;
    }
    std::vector<asio::const_buffer> buffers;
    for (const auto& frame : queue_) {
        buffers.push_back(asio::buffer(*frame));
        if (buffers.size() == kFramesAtOnce) break;
    }
    writing_ = buffers.size();
    write_began_at_ = Clock::now();
    stream_.write(buffers, [self = shared_from_this()](boost::system::error_code failure, std::size_t size) {
        self->written(failure, size);
    });
}

void WebSocket::written(boost::system::error_code failure, std::size_t size) {
    if (failure) return abort();
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(writing_));
    queued_bytes_ -= size;
    writing_ = 0;
    write_next();
}

// Our close frame is out: end our side, and give the client a moment to end its own (sweep() sees to the rest).
Awaitable<> WebSocket::shut_down(std::shared_ptr<WebSocket> self) {
    self->write_began_at_ = Clock::now();
    co_await self->stream_.end();
}

void WebSocket::abort() {
    open_ = false;
    stream_.close();
}

void WebSocket::sweep(Clock::time_point now) {
    bool stuck = (writing_ > 0 || closing_) && now - write_began_at_ > server_.options_.write_timeout;
    if (stuck || now - heard_at_ > kSilenceLimit) return abort();
    if (open_ && now - std::max(heard_at_, pinged_at_) > kPingInterval) {
        pinged_at_ = now;
        std::string ping;
        append_frame(ping, Opcode::ping, {});
        send(std::make_shared<const std::string>(std::move(ping)));
    }
}

}  // namespace mindspace::http
