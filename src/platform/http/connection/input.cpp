// What a connection reads: requests into its buffer, and the content of long requests while it arrives.

#include "platform/http/connection/connection.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace mindspace::http {

namespace {

constexpr std::size_t kMaxReadSize = 256 * 1024;
constexpr std::size_t kBufferedContent = 64 * 1024;  // of a request that is only forwarded
constexpr std::size_t kMinBuffer = 4 * 1024;
constexpr std::size_t kRetainedBuffer = 16 * 1024;

}  // namespace

// Makes space in the buffer after the unread bytes. A full buffer is doubled, so that a client that announces much and
// sends little costs little, but it never becomes larger than the request that is being read.
void Connection::make_space() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (buffer_->size() > kRetainedBuffer) buffer_->resize(0);
    } else if (end_ == buffer_->size() && begin_ > 0) {
        std::memmove(buffer_->data(), buffer_->data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ < buffer_->size()) return;
    const auto doubled = std::max(kMinBuffer, buffer_->size() * 2);
    const auto required = begin_ + parser_.announced().value_or(doubled);
    buffer_->resize(required > end_ ? std::min(doubled, required) : doubled);
}

// Reads once. If the deadline ends the read, is_late_ is set, and a response can still be written.
Awaitable<Stream::Outcome> Connection::read_some(asio::mutable_buffer into) {
    is_late_ = false;
    is_reading_ = true;
    auto outcome = co_await stream_.read_some(into);
    is_reading_ = false;
    co_return outcome;
}

// Writes pending output and reads once. False if the connection has ended, or the client is too slow.
Awaitable<bool> Connection::read_more() {
    const bool written = co_await flush_before_reading();
    if (!written) co_return false;
    make_space();
    const auto space = std::min(buffer_->size() - end_, kMaxReadSize);
    auto [failure, size] = co_await read_some(asio::buffer(buffer_->data() + end_, space));
    if (failure) co_return false;
    if (idle_) {
        idle_ = false;
        wait_until(context_.options.header_timeout);
    }
    end_ += size;
    co_return true;
}

// The rest of a request's content, as it arrives. The head stays in the buffer. All reads together have the client's
// body timeout; between them the handler has its own deadline for each part.
class Connection::StreamReader final : public BodyReader {
public:
    explicit StreamReader(Connection& connection)
        : connection_(connection),
          length_(connection.parser_.head().content_length.value_or(0)),
          left_(connection.context_.options.body_timeout) {}

    [[nodiscard]] std::uint64_t length() const override { return length_; }

    Awaitable<std::optional<std::string_view>> read() override {
        if (is_complete()) co_return std::string_view();
        std::string_view part;
        if (!std::exchange(has_started_, true)) {
            auto unread = connection_.unread().subspan(connection_.parser_.body_begin());
            part = {unread.data(), unread.size()};
        }
        if (part.empty()) {
            auto* handling = connection_.handling_;
            const auto began = Clock::now();
            connection_.begin_reading(began + left_);
            const bool written = co_await connection_.flush_before_reading();
            if (!written) co_return std::nullopt;
            buffer_.resize(std::min<std::uint64_t>(kBufferedContent, length_ - read_));
            auto [failure, size] = co_await connection_.read_some(asio::buffer(buffer_));
            left_ -= Clock::now() - began;
            connection_.begin_handling(*handling);
            if (failure) co_return std::nullopt;
            part = {buffer_.data(), size};
        }
        read_ += part.size();
        if (is_complete()) connection_.is_last_ = !connection_.parser_.head().keep_alive;
        co_return part;
    }

private:
    [[nodiscard]] bool is_complete() const { return read_ == length_; }

    Connection& connection_;
    std::uint64_t length_;
    Clock::duration left_;
    std::uint64_t read_ = 0;
    bool has_started_ = false;
    std::vector<char> buffer_;
};

bool Connection::is_streamed() const {
    const auto* endpoint = match_->endpoint;
    return parser_.head().content_length.value_or(0) > kBufferedContent && endpoint != nullptr && endpoint->forwarded;
}

// Everything that has been read belongs to this request: its content is longer than what the buffer holds.
Awaitable<Connection::Outcome> Connection::respond_to_stream() {
    consumed_ = end_ - begin_;
    StreamReader content(*this);
    co_return co_await respond(&content);
}

}  // namespace mindspace::http
