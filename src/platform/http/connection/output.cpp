// What a connection writes: responses to pipelined requests in one write, long ones without a copy, streamed ones as
// they are produced, each as fast as its client reads.

#include "platform/http/connection/connection.h"
#include "platform/http/wire/response_writer.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <utility>

namespace mindspace::http {

namespace {

constexpr std::size_t kMaxCopiedBody = 4 * 1024;  // into the buffer of pending output; see is_copied()
constexpr std::size_t kMaxWriteSize = 64 * 1024;
constexpr std::size_t kLingerBuffer = 4 * 1024;
constexpr auto kLinger = std::chrono::seconds(2);

// Whether the content of a response is copied after its head, so that pipelined responses leave in one write. Longer
// content is written from where it is, and so is content of another server, which has been copied once already.
bool is_copied(const Response& response) {
    return response.body.size() <= kMaxCopiedBody && !response.forwarded_fields;
}

}  // namespace

// Counts response bytes that are about to be written, or returns the limit they exceed: then the connection ends.
std::expected<ClientNetworks::UnreadBytes, ClientNetworks::Bound> Connection::count_unread(std::size_t bytes) {
    auto held = stream_.slot().count_unread(bytes);
    if (!held) context_.metrics.unread_refused[static_cast<std::size_t>(held.error())].add(1);
    return held;
}

// Appends the response to the pending output; returns the content that was not copied.
std::string_view Connection::append(const Response& response, Method method, bool keep_alive) {
    append_head(out_, response, {.keep_alive = keep_alive});
    const bool has_content = method != Method::head && !is_bodyless(response.status);
    if (!has_content) return {};
    if (!is_copied(response)) return response.body;
    out_ += response.body;
    return {};
}

// Writes content that is not counted as unread yet.
Awaitable<bool> Connection::flush_long(std::string_view content) {
    const auto rest = count_unread(content.size() - std::min(content.size(), kMaxWriteSize));
    co_return rest&& co_await flush(content);
}

// Writes pending output without changing the deadline. False if the connection has ended.
Awaitable<bool> Connection::flush_before_reading() {
    if (out_.empty()) co_return true;
    const auto deadline = deadline_;
    const bool written = co_await flush();
    deadline_ = deadline;
    co_return written;
}

// Writes pending output and the given strings after it, in parts that each have the write timeout: a slow client gets a
// complete long response, a client that reads nothing or a byte at a time does not. Counts the part being written as
// unread; the caller counts the rest, if there is one.
Awaitable<bool> Connection::flush(std::string_view behind, std::string_view end) {
    const auto held = count_unread(out_.size() + std::min(behind.size(), kMaxWriteSize));
    if (!held) co_return false;
    bool alive = true;
    is_writing_ = true;
    do {
        wait_until(context_.options.write_timeout);
        const auto part = behind.substr(0, kMaxWriteSize);
        behind.remove_prefix(part.size());
        Stream::Parts parts{asio::buffer(out_), asio::buffer(part), asio::buffer(behind.empty() ? end : "")};
        auto [failure, size] = co_await stream_.write(parts);
        alive = !failure;
        out_.clear();
    } while (alive && !behind.empty());
    is_writing_ = false;
    if (out_.capacity() > kFlushAt) out_.shrink_to_fit();
    co_return alive;
}

// Closing with unread input would reset the connection and could lose the response (RFC 9112 section 9.6): our side
// ends first, then remaining input is read and dropped for a short time.
Awaitable<> Connection::linger() {
    const bool written = co_await flush();
    if (!written) co_return;
    wait_until(kLinger);
    co_await stream_.end();
    boost::system::error_code failure;
    buffer_->resize(kLingerBuffer);
    while (!failure) {
        auto [ended, size] = co_await stream_.read_some(asio::buffer(buffer_->data(), buffer_->size()));
        failure = ended;
    }
}

// Writes each part at once, after pending output. While writing, the write timeout applies; between parts the handler
// has the request timeout.
class Connection::StreamWriter final : public BodyWriter {
public:
    StreamWriter(Connection& connection, bool chunked, std::optional<std::uint64_t> length)
        : connection_(connection), chunked_(chunked), length_(length) {}

    Awaitable<bool> write(std::string_view part) override {
        if (part.empty()) co_return true;
        written_ += part.size();
        if (length_ && written_ > *length_) co_return false;
        if (chunked_) append_chunk_size(connection_.out_, part.size());
        const bool alive = co_await connection_.flush(part, chunked_ ? "\r\n" : "");
        connection_.wait_until(connection_.context_.options.request_timeout);
        co_return alive;
    }
    [[nodiscard]] bool is_complete() const { return !length_ || written_ == *length_; }

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
    if (!has_content) co_return co_await finish_response(keep_alive);

    StreamWriter writer(*this, chunked, body.length);
    bool is_written = false;
    try {
        is_written = co_await body.write(writer);
    } catch (const std::exception& fault) {
        log::warn("a response was aborted", {{"error.message", fault.what()}});
    }
    if (!is_written || !writer.is_complete()) {
        abort();
        co_return Outcome::over;
    }
    if (chunked) out_ += "0\r\n\r\n";
    co_return co_await finish_response(keep_alive);
}

}  // namespace mindspace::http
