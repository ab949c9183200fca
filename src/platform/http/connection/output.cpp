// What a connection writes: responses to pipelined requests in one go, long ones from where they are, streamed ones as
// they are made, each at its client's pace.

#include "platform/http/connection/connection.h"
#include "platform/http/wire/response_writer.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <utility>

namespace mindspace::http {

namespace {

constexpr std::size_t kMaxCopiedBody = 4 * 1024;  // into the buffer of what is due; see is_copied()
constexpr std::size_t kMaxWriteSize = 64 * 1024;
constexpr std::size_t kLingerBuffer = 4 * 1024;
constexpr auto kLinger = std::chrono::seconds(2);

// Whether the content of a response goes behind its head, so that those to pipelined requests leave in one write. What
// is longer is written from where it is; and so is what another server said, which has been copied once already.
bool is_copied(const Response& response) {
    return response.body.size() <= kMaxCopiedBody && !response.forwarded_fields;
}

}  // namespace

// Bytes of a response that are about to be written, or what does not let them: then the connection ends.
std::expected<ClientNetworks::UnreadBytes, ClientNetworks::Bound> Connection::hold(std::size_t bytes) {
    auto held = stream_.slot().hold(bytes);
    if (!held) context_.metrics.unread_refused[static_cast<std::size_t>(held.error())].add(1);
    return held;
}

// Puts it behind what is due; returns the content that has to be written from where it is.
std::string_view Connection::append(const Response& response, Method method, bool keep_alive) {
    append_head(out_, response, {.keep_alive = keep_alive});
    const bool has_content = method != Method::head && !is_bodyless(response.status);
    if (!has_content) return {};
    if (!is_copied(response)) return response.body;
    out_ += response.body;
    return {};
}

// The same, of which no part counts as unread yet.
Awaitable<bool> Connection::flush_long(std::string_view content) {
    const auto rest = hold(content.size() - std::min(content.size(), kMaxWriteSize));
    co_return rest&& co_await flush(content);
}

// Writes what is due, without moving the deadline. False when the connection is over.
Awaitable<bool> Connection::flush_before_reading() {
    if (out_.empty()) co_return true;
    const auto deadline = deadline_;
    const bool written = co_await flush();
    deadline_ = deadline;
    co_return written;
}

// Writes what is due, and the given texts behind it, in parts that each have the time of a write: a slow client gets
// all of a long response, one that stands still or takes a byte at a time does not. What is written at once counts as
// unread meanwhile; the owner of more of it counts the rest.
Awaitable<bool> Connection::flush(std::string_view behind, std::string_view end) {
    const auto held = hold(out_.size() + std::min(behind.size(), kMaxWriteSize));
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

// Closing with unread input would reset the connection and could take the response with it (RFC 9112 section 9.6): our
// side ends first, then what still comes is read and dropped for a moment.
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
    bool whole = false;
    try {
        whole = co_await body.write(writer);
    } catch (const std::exception& fault) {
        log::warn("a response was aborted", {{"error.message", fault.what()}});
    }
    if (!whole || !writer.is_complete()) {
        abort();
        co_return Outcome::over;
    }
    if (chunked) out_ += "0\r\n\r\n";
    co_return co_await finish_response(keep_alive);
}

}  // namespace mindspace::http
