#include "platform/http/connection/connection.h"

#include "platform/http/wire/proxy_header.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/buffer.hpp>

#include <utility>

namespace mindspace::http {

namespace {

// How long the content of a request may be.
std::size_t max_body(const ConnectionContext& context, const RequestHead& head) {
    const auto match = context.router.find(head.method, head.path);
    const auto declared = match.endpoint != nullptr ? match.endpoint->declaration.max_body : kSmallBody;
    // An unsigned request is refused, but only after its content has arrived.
    const auto* gateway = context.parts.gateway;
    const bool is_unsigned = declared > kSmallBody && gateway != nullptr && !gateway->verify(head, SystemClock{}.now());
    return is_unsigned ? kSmallBody : declared;
}

}  // namespace

Connection::Connection(ConnectionContext& context, Stream stream)
    : context_(context),
      registration_(context.connections, *this),
      stream_(std::move(stream)),
      parser_(context.options.limits, [&context](const RequestHead& head) { return max_body(context, head); }) {
    boost::system::error_code failure;
    auto peer = stream_.socket().remote_endpoint(failure);
    if (!failure) set_peer(peer.address());
    context_.metrics.connections.add(1);
}

Connection::~Connection() {
    context_.metrics.connections.add(-1);
}

void Connection::start(ConnectionContext& context, Stream stream) {
    auto connection = std::make_shared<Connection>(context, std::move(stream));
    connection->task_ = context.tasks.spawn(run(connection));
}

Awaitable<> Connection::run(std::shared_ptr<Connection> self) {
    co_await self->serve();
}

Awaitable<> Connection::serve() {
    const auto& options = context_.options;
    wait_until(options.header_timeout);
    if (options.expects_proxy_header && is_proxied_) {
        const bool has_header = co_await read_proxy_header();
        if (!has_header) co_return;
    }
    if (!is_proxied_ && !claim_slot()) co_return co_await refuse_unread();
    const bool secure = co_await stream_.handshake();
    if (!secure) co_return;
    auto outcome = Outcome::keep_open;
    while (outcome == Outcome::keep_open) {
        switch (parser_.feed(unread())) {
            case RequestParser::Progress::need_more: {
                const bool alive = co_await read_more();
                if (is_late_) co_return co_await refuse({.status = 408, .reason = "the request did not come in time"});
                if (!alive) co_return;
                break;
            }
            case RequestParser::Progress::head_complete:
                wait_until(options.body_timeout);
                is_last_ = true;  // until its content is read
                if (paused_until_ != Clock::time_point{}) co_await pause();
                admit();
                if (!refusal_ && parser_.head().expect_continue) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
                if (refusal_)
                    outcome = co_await respond(nullptr);
                else if (is_streamed())
                    outcome = co_await respond_to_stream();
                break;
            case RequestParser::Progress::failed:
                co_return co_await refuse(parser_.failure());
            case RequestParser::Progress::complete:
                consumed_ = parser_.consumed();
                is_last_ = !parser_.head().keep_alive;
                if (paused_until_ != Clock::time_point{}) co_await pause();
                admit();
                outcome = co_await respond(nullptr);
                break;
        }
    }
    if (outcome == Outcome::close) co_await linger();
}

void Connection::set_peer(const asio::ip::address& peer) {
    peer_ = unmapped(peer);
    client_.address = peer_.to_string();
    is_proxied_ = context_.options.proxies.trusts(peer_);
}

// With a proxy, each request may come from a different client.
void Connection::set_client(const RequestHead& head) {
    constexpr std::size_t kMaxUserAgent = 256;
    if (is_proxied_) client_.address = context_.options.proxies.client_of(peer_, head);
    client_.user_agent = head.find("user-agent").value_or("").substr(0, kMaxUserAgent);
}

// Read before everything else. False: the connection has ended.
Awaitable<bool> Connection::read_proxy_header() {
    std::string header;
    while (true) {
        const auto missing = missing_bytes(header);
        if (!missing) {
            context_.metrics.proxy_headers_refused.add(1);
            log::warn("a connection from a trusted proxy without a PROXY header", {{"client.ip", client_.address}});
            co_return false;
        }
        if (*missing == 0) break;
        const auto received_size = header.size();
        header.resize(received_size + *missing);
        auto [failure, size] = co_await stream_.read_ahead(asio::buffer(header.data() + received_size, *missing));
        if (failure) co_return false;
    }
    // If the proxy connects for itself, or does not state its client, the fields of requests must not state one either.
    const auto source = source_of(header);
    if (source)
        set_peer(*source);
    else
        is_proxied_ = false;
    co_return true;
}

// Claims a slot in the client's network. False: the network has no free one.
bool Connection::claim_slot() {
    auto slot = context_.networks.take(network_of(client_.address), context_.open());
    if (!slot) {
        context_.metrics.network_connections_refused.add(1);
        return false;
    }
    stream_.occupy(std::move(*slot));
    return true;
}

void Connection::sweep(Clock::time_point now) {
    if (context_.is_draining && idle_ && now >= context_.idle_end) return abort();
    if (now < deadline_) return;
    if (is_reading_ && !idle_) {  // in the middle of a request: a response can be sent
        is_late_ = true;
        wait_until(context_.options.write_timeout);
        return stream_.cancel();
    }
    if (handling_ != nullptr && !handling_->is_late) {
        handling_->is_late = true;
        wait_until(context_.options.write_timeout);
        return task_.cancel();
    }
    if (is_writing_) context_.metrics.stalled_clients_closed.add(1);
    abort();
}

void Connection::abort() {
    stream_.close();
    task_.cancel();
}

}  // namespace mindspace::http
