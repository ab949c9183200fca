#include "platform/http/server/connection.h"

#include "platform/http/client/connection.h"
#include "platform/http/websocket/deflate.h"
#include "platform/http/websocket/handshake.h"
#include "platform/http/websocket/socket.h"
#include "platform/http/websocket/tunnel.h"
#include "platform/http/wire/proxy_header.h"
#include "platform/http/wire/response_writer.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace mindspace::http {

namespace {

constexpr std::size_t kReadAtOnce = 256 * 1024;
constexpr std::size_t kFlushAt = 64 * 1024;  // answers to pipelined requests are gathered up to this size
constexpr std::size_t kCopied = 4 * 1024;    // into the same buffer; see is_copied()
constexpr std::size_t kWrittenAtOnce = 64 * 1024;
constexpr auto kLinger = std::chrono::seconds(2);

// Whether the content of an answer goes behind its head, so that those to pipelined requests leave in one write. What
// is longer is written from where it is; and so is what another server said, which has been copied once already.
bool is_copied(const Response& response) {
    return response.body.size() <= kCopied && !response.forwarded_fields;
}

}  // namespace

Connection::Connection(Server& server, Stream stream)
    : server_(server), stream_(std::move(stream)), parser_(server.options_.limits, [&server](const RequestHead& head) {
          return server.dispatcher_.max_body(head);
      }) {
    boost::system::error_code failure;
    auto peer = stream_.socket().remote_endpoint(failure);
    if (!failure) set_peer(peer.address());
    server_.connections_.insert(this);
    server_.metrics_.connections.add(1);
}

Connection::~Connection() {
    server_.connections_.erase(this);
    server_.metrics_.connections.add(-1);
}

Awaitable<> Connection::run(std::shared_ptr<Connection> self) {
    co_await self->serve();
}

void Connection::set_peer(const asio::ip::address& peer) {
    peer_ = unmapped(peer);
    client_.address = peer_.to_string();
    is_proxied_ = server_.options_.proxies.trusts(peer_);
}

// Before all else. False: the connection is over.
Awaitable<bool> Connection::read_proxy_header() {
    std::string header;
    while (true) {
        const auto missing = missing_octets(header);
        if (!missing) {
            server_.metrics_.proxy_headers_refused.add(1);
            log::warn("a trusted proxy's connection without a PROXY header", {{"client.ip", client_.address}});
            co_return false;
        }
        if (*missing == 0) break;
        const auto begun = header.size();
        header.resize(begun + *missing);
        auto [failure, size] = co_await stream_.read_ahead(asio::buffer(header.data() + begun, *missing));
        if (failure) co_return false;
    }
    // A proxy that speaks for itself, or cannot say for whom, may not say it in a field either.
    const auto source = source_of(header);
    if (source)
        set_peer(*source);
    else
        is_proxied_ = false;
    co_return true;
}

// In the network of the client. False: it has all that it may have.
bool Connection::take_place() {
    auto place = server_.networks_.take(network_of(client_.address), server_.open_connections());
    if (!place) {
        server_.metrics_.network_connections_refused.add(1);
        return false;
    }
    stream_.occupy(std::move(*place));
    return true;
}

Awaitable<> Connection::serve() {
    wait_until(server_.options_.header_timeout);
    if (server_.options_.expects_proxy_header && is_proxied_) {
        bool told = co_await read_proxy_header();
        if (!told) co_return;
    }
    if (!is_proxied_ && !take_place()) co_return refuse_at_once();
    bool secure = co_await stream_.handshake();
    if (!secure) co_return;
    while (true) {
        switch (parser_.feed(unread())) {
            case RequestParser::Progress::need_more: {
                bool alive = co_await read_more();
                if (is_late_) co_return co_await refuse({.status = 408, .reason = "the request did not come in time"});
                if (!alive) co_return;
                break;
            }
            case RequestParser::Progress::head_complete:
                wait_until(server_.options_.body_timeout);
                is_last_ = true;  // until its content is read
                if (paused_until_ != Clock::time_point{}) co_await pause();
                if (!admit()) co_return co_await linger();
                if (parser_.head().expect_continue) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
                if (!is_streamed()) break;
                if (auto outcome = co_await answer_streamed_request(); outcome == Outcome::close) {
                    co_return co_await linger();
                } else if (outcome == Outcome::over) {
                    co_return;
                }
                break;
            case RequestParser::Progress::failed:
                co_return co_await refuse(parser_.failure());
            case RequestParser::Progress::complete: {
                consumed_ = parser_.consumed();
                is_last_ = !parser_.head().keep_alive;
                if (paused_until_ != Clock::time_point{}) co_await pause();
                const bool is_admitted = admit();
                auto outcome = co_await (is_admitted ? answer_request(nullptr) : finish_answer(stays_open()));
                if (outcome == Outcome::close) co_return co_await linger();
                if (outcome == Outcome::over) co_return;
                break;
            }
        }
    }
}

void Connection::begin_reading(Clock::time_point deadline) {
    is_handling_ = false;
    deadline_ = deadline;
}

void Connection::begin_handling() {
    wait_until(server_.options_.request_timeout);
    is_handling_ = true;
}

Awaitable<Connection::Outcome> Connection::answer_request(BodyReader* content) {
    idle_ = false;
    const auto& head = parser_.head();
    if (is_proxied_) client_.address = server_.options_.proxies.client_of(peer_, head);
    client_.user_agent = head.find("user-agent").value_or("").substr(0, 256);
    Exchange exchange{.head = head, .body = parser_.body(), .request_id = {}, .client = client_, .principal = {}};
    exchange.content = content;
    exchange.memory = buffer_;
    begin_handling();
    exchange_ = &exchange;
    auto response = co_await server_.dispatcher_.handle(exchange, *match_);
    exchange_ = nullptr;
    is_handling_ = false;
    if (response.status == 503) note_refusal();

    if (response.status == 101) co_return co_await upgrade(std::move(response));
    if (response.stream) co_return co_await stream(std::move(response));
    const bool keep_alive = stays_open();
    append(response, head.method, keep_alive);
    if (!response.body.empty() && !is_copied(response) && head.method != Method::head &&
        !is_bodyless(response.status)) {
        const auto rest = hold(response.body.size() - std::min(response.body.size(), kWrittenAtOnce));
        bool written = rest && co_await flush(response.body);
        if (!written) co_return Outcome::over;
    }
    co_return co_await finish_answer(keep_alive);
}

Awaitable<Connection::Outcome> Connection::finish_answer(bool keep_alive) {
    begin_ += consumed_;
    parser_.reset();
    match_.reset();
    if (!keep_alive) co_return Outcome::close;
    if (out_.size() >= kFlushAt) {
        bool written = co_await flush();
        if (!written) co_return Outcome::over;
    }
    idle_ = begin_ == end_;
    wait_until(idle_ ? server_.options_.idle_timeout : server_.options_.header_timeout);
    co_return Outcome::go_on;
}

Awaitable<Connection::Outcome> Connection::upgrade(Response response) {
    const auto& head = parser_.head();
    // A proxy's connections are shared by its clients; a socket is one client's alone.
    const bool is_forwarded = is_proxied_ && client_.address != peer_.to_string();
    if (is_forwarded && !take_place()) {
        append_too_many();
        co_return Outcome::close;
    }
    const auto accept = check_websocket_handshake(head);
    const bool packs = !response.tunnel && server_.options_.packs_websockets && offers_deflate(head);
    std::string_view extensions = packs ? kDeflateAccepted : std::string_view();
    if (response.tunnel) extensions = response.tunnel->head().find("sec-websocket-extensions").value_or("");
    append_handshake(out_, response, *accept, extensions);
    bool written = co_await flush();
    if (!written) co_return Outcome::over;
    begin_ += parser_.consumed();
    if (response.tunnel) {
        auto& upstream = *response.tunnel;
        auto early = upstream.early();
        auto tunnel =
            std::make_shared<WebSocketTunnel>(server_, std::move(stream_), upstream.take_socket(), response.farewell);
        tunnel->start(unread(), early);
        if (server_.draining_) tunnel->drain(server_.drain_window_);  // its handshake ended while we were leaving
    } else {
        const auto packing = packs ? WebSocketReader::Packing::deflate : WebSocketReader::Packing::none;
        auto websocket = std::make_shared<WebSocket>(server_, std::move(stream_), unread(), packing);
        asio::co_spawn(server_.loop_, response.upgrade(std::move(websocket)), asio::detached);
    }
    co_return Outcome::over;
}

// Writes what is due, without moving the deadline. False when the connection is over.
Awaitable<bool> Connection::flush_before_reading() {
    if (out_.empty()) co_return true;
    auto deadline = deadline_;
    bool written = co_await flush();
    deadline_ = deadline;
    co_return written;
}

// Reads once. When the deadline ends it, is_late_ says so, and an answer can still be written.
Awaitable<Stream::Outcome> Connection::read_some(asio::mutable_buffer into) {
    is_late_ = false;
    is_reading_ = true;
    auto outcome = co_await stream_.read_some(into);
    is_reading_ = false;
    co_return outcome;
}

// Writes what is due and reads once. False when the connection is over, or the client too slow.
Awaitable<bool> Connection::read_more() {
    bool written = co_await flush_before_reading();
    if (!written) co_return false;
    make_room();
    const auto room = std::min(buffer_->size() - end_, kReadAtOnce);
    auto [failure, size] = co_await read_some(asio::buffer(buffer_->data() + end_, room));
    if (failure) co_return false;
    if (idle_) {
        idle_ = false;
        wait_until(server_.options_.header_timeout);
    }
    end_ += size;
    co_return true;
}

// Writes what is due, and the given texts behind it, in parts that each have the time of a write: a slow client gets
// all of a long response, one that stands still or takes a byte at a time does not. What is written at once counts as
// unread meanwhile; whoever owns more of it counts the rest.
Awaitable<bool> Connection::flush(std::string_view behind, std::string_view end) {
    const auto held = hold(out_.size() + std::min(behind.size(), kWrittenAtOnce));
    if (!held) co_return false;
    bool alive = true;
    is_writing_ = true;
    do {
        wait_until(server_.options_.write_timeout);
        const auto part = behind.substr(0, kWrittenAtOnce);
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

// Closing with unread input would reset the connection and could take the answer with it (RFC 9112 section 9.6): our
// side ends first, then what still comes is read and dropped for a moment.
Awaitable<> Connection::linger() {
    bool written = co_await flush();
    if (!written) co_return;
    wait_until(kLinger);
    co_await stream_.end();
    boost::system::error_code failure;
    buffer_->resize(kLeastBuffer);
    while (!failure) {
        auto [ended, size] = co_await stream_.read_some(asio::buffer(buffer_->data(), buffer_->size()));
        failure = ended;
    }
}

void Connection::append(const Response& response, Method method, bool keep_alive) {
    append_head(out_, response, {.keep_alive = keep_alive});
    const bool has_content = method != Method::head && !is_bodyless(response.status);
    if (has_content && is_copied(response)) out_ += response.body;
}

void Connection::sweep(Clock::time_point now, bool draining) {
    if (draining && idle_) return abort();
    if (now < deadline_) return;
    if (is_reading_ && !idle_) {  // in the middle of a request: there is somebody to be told
        is_late_ = true;
        wait_until(server_.options_.write_timeout);
        return stream_.cancel();
    }
    if (is_handling_ && !stream_.is_tls()) {
        // The handler goes on and is not heard any more. So few octets fit into the socket's buffer, or nobody reads.
        auto response = server_.dispatcher_.give_up(*exchange_);
        append(response, exchange_->head.method, false);
        const asio::const_buffer octets = asio::buffer(out_);
        boost::system::error_code ignored;
        stream_.write_now({&octets, 1}, ignored);
    }
    if (is_writing_) server_.metrics_.stalled_clients_closed.add(1);
    abort();
}

void Connection::abort() {
    if (pausing_ != nullptr) pausing_->cancel();
    stream_.close();
}

}  // namespace mindspace::http
