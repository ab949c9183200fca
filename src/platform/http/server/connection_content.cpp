// The content of requests: the memory that it is read into, and what passes through while it comes, of answers too.

#include "platform/http/server/connection.h"

#include "platform/http/wire/response_writer.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace mindspace::http {

namespace {

constexpr std::size_t kHeldContent = 64 * 1024;  // of a request that is only forwarded
constexpr std::size_t kKeptBuffer = 16 * 1024;

}  // namespace

// In the buffer, behind what is unread. It is doubled when it is full, so that whoever announces much and sends little
// costs little, but becomes no larger than the request that is being read.
void Connection::make_room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (buffer_->size() > kKeptBuffer) buffer_->resize(0);
    } else if (end_ == buffer_->size() && begin_ > 0) {
        std::memmove(buffer_->data(), buffer_->data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ < buffer_->size()) return;
    const auto doubled = std::max(kLeastBuffer, buffer_->size() * 2);
    const auto whole = begin_ + parser_.announced().value_or(doubled);
    buffer_->resize(whole > end_ ? std::min(doubled, whole) : doubled);
}

// The rest of a request's content, as it comes. The head stays where it is meanwhile. While it is read the client's
// time passes, all parts together; in between, the handler has its own for each.
class Connection::StreamReader final : public BodyReader {
public:
    explicit StreamReader(Connection& connection)
        : connection_(connection),
          length_(connection.parser_.head().content_length.value_or(0)),
          left_(connection.server_.options_.body_timeout) {}

    [[nodiscard]] std::uint64_t length() const override { return length_; }

    Awaitable<std::optional<std::string_view>> read() override {
        if (is_whole()) co_return std::string_view();
        std::string_view part;
        if (!std::exchange(has_begun_, true)) {
            auto unread = connection_.unread().subspan(connection_.parser_.body_begin());
            part = {unread.data(), unread.size()};
        }
        if (part.empty()) {
            const auto began = Clock::now();
            connection_.begin_reading(began + left_);
            bool written = co_await connection_.flush_before_reading();
            if (!written) co_return std::nullopt;
            buffer_.resize(std::min<std::uint64_t>(kHeldContent, length_ - read_));
            auto [failure, size] = co_await connection_.read_some(asio::buffer(buffer_));
            left_ -= Clock::now() - began;
            connection_.begin_handling();
            if (failure) co_return std::nullopt;
            part = {buffer_.data(), size};
        }
        read_ += part.size();
        if (is_whole()) connection_.is_last_ = !connection_.parser_.head().keep_alive;
        co_return part;
    }

private:
    [[nodiscard]] bool is_whole() const { return read_ == length_; }

    Connection& connection_;
    std::uint64_t length_;
    Clock::duration left_;
    std::uint64_t read_ = 0;
    bool has_begun_ = false;
    std::vector<char> buffer_;
};

bool Connection::is_streamed() const {
    const auto* endpoint = match_->endpoint;
    return parser_.head().content_length.value_or(0) > kHeldContent && endpoint != nullptr && endpoint->forwarded;
}

// All that has been read belongs to it: had there been more, its content would have been whole.
Awaitable<Connection::Outcome> Connection::answer_streamed_request() {
    consumed_ = end_ - begin_;
    StreamReader content(*this);
    co_return co_await answer_request(&content);
}

// Writes each part at once, with what is due before it. Its deadline is that of a client that does not read; between
// parts the handler has the time of a request.
class Connection::StreamWriter final : public BodyWriter {
public:
    StreamWriter(Connection& connection, bool chunked, std::optional<std::uint64_t> length)
        : connection_(connection), chunked_(chunked), length_(length) {}

    Awaitable<bool> write(std::string_view part) override {
        if (part.empty()) co_return true;
        written_ += part.size();
        if (length_ && written_ > *length_) co_return false;
        if (chunked_) append_chunk_size(connection_.out_, part.size());
        bool alive = co_await connection_.flush(part, chunked_ ? "\r\n" : "");
        connection_.wait_until(connection_.server_.options_.request_timeout);
        co_return alive;
    }
    [[nodiscard]] bool is_whole() const { return !length_ || written_ == *length_; }

private:
    Connection& connection_;
    bool chunked_;
    std::optional<std::uint64_t> length_;
    std::uint64_t written_ = 0;
};

Awaitable<Connection::Outcome> Connection::stream(Response response) {
    const auto& head = parser_.head();
    auto& body = *response.stream;
    const bool has_content = head.method != Method::head && !is_bodyless(response.status);
    const bool chunked = has_content && !body.length && head.version_minor == 1;
    const bool ends_by_close = has_content && !body.length && !chunked;
    const bool keep_alive = stays_open() && !ends_by_close;
    append_head(out_, response, {.keep_alive = keep_alive, .chunked = chunked});
    if (!has_content) co_return co_await finish_answer(keep_alive);

    StreamWriter writer(*this, chunked, body.length);
    bool whole = false;
    try {
        whole = co_await body.write(writer);
    } catch (const std::exception& fault) {
        log::warn("an answer was broken off", {{"error.message", fault.what()}});
    }
    if (!whole || !writer.is_whole()) {
        abort();
        co_return Outcome::over;
    }
    if (chunked) out_ += "0\r\n\r\n";
    co_return co_await finish_answer(keep_alive);
}

}  // namespace mindspace::http
