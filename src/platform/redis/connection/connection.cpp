#include "platform/redis/connection/connection.h"

#include "platform/async/host_lookup.h"
#include "platform/base/result.h"
#include "platform/redis/connection/error_reply.h"
#include "platform/redis/connection/tls.h"
#include "platform/redis/trace/command_span.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <tuple>
#include <utility>

namespace mindspace::redis {

namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = std::size_t{64} << 20;      // bytes waiting for the socket; above it, commands fail
constexpr std::size_t kRetainedBuffer = std::size_t{1} << 20;  // how much a burst may leave allocated
constexpr int kChecksPerTimeout = 10;                          // so a timeout is noticed at most a tenth late
constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

Connection::Connection(asio::io_context& io, const ClientOptions& options, ClientStats& stats, OnPush on_push)
    : io_(io),
      options_(options),
      stats_(stats),
      on_push_(std::move(on_push)),
      socket_(io),
      watch_timer_(io),
      closed_signal_(io, steady_clock::time_point::max()) {}

Connection::~Connection() = default;

Awaitable<> Connection::open() {
    connect_deadline_ = steady_clock::now() + options_.connect_timeout;
    watch();
    std::vector<Endpoint> endpoints = co_await find_endpoints();
    if (is_closed_) throw Unavailable(close_reason_);
    auto [fault, endpoint] = co_await asio::async_connect(socket_, endpoints, kAwaitTuple);
    if (is_closed_) throw Unavailable(close_reason_);
    if (fault) throw Unavailable("redis: cannot connect: " + fault.message());
    if (options_.socket_path.empty()) socket_.set_option(asio::ip::tcp::no_delay(true));
    if (options_.tls) co_await encrypt();
    read();
    co_await send_hello();
    is_open_ = true;
}

Awaitable<std::vector<Connection::Endpoint>> Connection::find_endpoints() {
    std::vector<Endpoint> endpoints;
    if (!options_.socket_path.empty()) {
        endpoints.emplace_back(asio::local::stream_protocol::endpoint(options_.socket_path));
        co_return endpoints;
    }
    const auto addresses = co_await resolve_host(io_, options_.host, connect_deadline_);
    if (addresses.empty()) throw Unavailable("redis: cannot resolve " + options_.host);
    for (const auto& address : addresses) endpoints.emplace_back(asio::ip::tcp::endpoint(address, options_.port));
    co_return endpoints;
}

Awaitable<> Connection::encrypt() {
    tls_ = std::make_unique<TlsStream>(socket_, options_.tls, options_.host);
    auto [fault] = co_await tls_->stream().async_handshake(asio::ssl::stream_base::client, kAwaitTuple);
    if (is_closed_) throw Unavailable(close_reason_);
    if (fault) throw Unavailable("redis: no TLS with " + options_.host + ": " + fault.message());
}

// HELLO selects RESP3, authenticates and names the connection in one round trip.
Awaitable<> Connection::send_hello() {
    std::vector<std::string_view> hello{"HELLO", "3"};
    if (!options_.password.empty()) {
        std::string_view username = options_.username.empty() ? "default" : std::string_view(options_.username);
        hello.insert(hello.end(), {"AUTH", username, options_.password});
    }
    hello.insert(hello.end(), {"SETNAME", "mindspace"});
    Awaitable<Value> pending = exchange({hello});
    Value reply = co_await std::move(pending);
    // Not the complete text: a server too old for HELLO quotes its arguments, including the password.
    if (reply.is_error()) throw Unavailable("redis: HELLO was refused: " + std::string(reply.error_code()));
}

void Connection::close(std::string reason) {
    if (is_closed_) return;
    is_closed_ = true;
    close_reason_ = std::move(reason);
    error_code ignored;
    socket_.close(ignored);  // the descriptor is closed in any case
    watch_timer_.cancel();
    closed_signal_.cancel();
    // Move it out of the member first: resumed callers may call this object again.
    std::deque<Pending> lost = std::exchange(pending_, {});
    stats_.pending.add(-std::ssize(lost));
    std::exception_ptr fault = std::make_exception_ptr(Unavailable(close_reason_));
    for (Pending& pending : lost)
        if (pending.resume) pending.resume(fault, Value());
}

Awaitable<> Connection::closed() {
    if (!is_closed_) co_await closed_signal_.async_wait(kAwaitTuple);
}

Awaitable<Value> Connection::command(std::vector<std::string_view> args) {
    return run_command(shared_from_this(), std::move(args));
}

Awaitable<Value> Connection::run(const Script& script, Arguments keys, Arguments args) {
    return run_script(shared_from_this(), script, keys, args);
}

Awaitable<Value> Connection::run_command(std::shared_ptr<Connection> self, std::vector<std::string_view> args) {
    CommandSpan span(co_await asio::this_coro::executor, args.front());
    Awaitable<Value> pending = self->exchange({args});
    Value reply = checked(co_await std::move(pending));
    span.end();
    co_return reply;
}

Awaitable<Value> Connection::run_script(std::shared_ptr<Connection> self, const Script& script, Arguments keys,
                                        Arguments args) {
    CommandSpan span(co_await asio::this_coro::executor, script);
    std::string key_count = std::to_string(keys.size());
    std::array<std::string_view, 3> head{"EVALSHA", script.sha1, key_count};
    Awaitable<Value> pending = self->exchange({head, keys, args});
    Value reply = co_await std::move(pending);
    if (is_unknown_script(reply)) {
        head = {"EVAL", script.source, key_count};  // also caches the script
        Awaitable<Value> again = self->exchange({head, keys, args});
        reply = co_await std::move(again);
    }
    reply = checked(std::move(reply));
    span.end();
    co_return reply;
}

void Connection::send(Arguments args) {
    if (is_closed_) return;
    if (output_.size() > kMaxOutput) {
        // Posted, because callers do not expect other callers to be resumed during this call.
        return asio::post(io_, [self = shared_from_this()] { self->close("redis: too much output waits"); });
    }
    append({args});
}

Awaitable<Value> Connection::exchange(std::initializer_list<Arguments> parts, AskingMode asking) {
    assert(io_.get_executor().running_in_this_thread());
    if (is_closed_) throw Unavailable(close_reason_);
    if (pending_.size() >= options_.max_pending) throw Unavailable("redis: too many commands are pending");
    if (output_.size() > kMaxOutput) throw Unavailable("redis: too much output waits");
    if (asking == AskingMode::yes) append_ignoring_reply("ASKING");
    append(parts);
    // Its slot is reserved immediately: the reply arrives even if a cancelled caller does not start to wait.
    auto& resume = expect_reply();
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, Value)>(
        [this, &resume](auto handler) {
            make_cancellable(handler, io_, resume);
            resume = std::move(handler);
        },
        asio::use_awaitable);
}

void Connection::append(std::initializer_list<Arguments> parts) {
    encode_command(output_, parts);
    stats_.commands.add(1);
    if (std::exchange(is_writing_, true)) return;
    // Posted, not written: everything else that this loop iteration sends goes into the same write.
    asio::post(io_, [self = shared_from_this()] { self->write(); });
}

void Connection::append_ignoring_reply(std::string_view command) {
    std::array<std::string_view, 1> args{command};
    append({args});
    expect_reply();
}

// The destination of the next reply. Its address is stable until it has been called.
ResumeWith<Value>& Connection::expect_reply() {
    stats_.pending.add(1);
    return pending_.emplace_back(ResumeWith<Value>(), steady_clock::now(), checks_).resume;
}

// Calls the operation with the stream that carries the bytes: the socket, or the TLS layer over it.
void Connection::with_stream(auto operation) {
    if (tls_) {
        operation(tls_->stream());
    } else {
        operation(socket_);
    }
}

void Connection::write() {
    if (is_closed_) return;
    if (sending_.capacity() > kRetainedBuffer) sending_ = {};
    sending_.clear();
    std::swap(output_, sending_);
    is_writing_ = !sending_.empty();
    if (!is_writing_) return;
    with_stream([this](auto& stream) {
        asio::async_write(stream, asio::buffer(sending_), [self = shared_from_this()](error_code fault, std::size_t) {
            if (fault) return self->close("redis: connection lost: " + fault.message());
            self->write();
        });
    });
}

void Connection::read() {
    std::span<char> room = parser_.prepare();
    with_stream([&](auto& stream) {
        stream.async_read_some(asio::buffer(room.data(), room.size()),
                               [self = shared_from_this()](error_code fault, std::size_t count) {
                                   if (fault) return self->close("redis: connection lost: " + fault.message());
                                   self->parser_.commit(count);
                                   self->received_at_ = steady_clock::now();
                                   self->deliver_replies();
                                   if (!self->is_closed_) self->read();
                               });
    });
}

void Connection::deliver_replies() {
    while (!is_closed_) {
        std::optional<Value> reply;
        try {
            reply = parser_.next();
            if (!reply) return;
            if (reply->kind() == Value::Kind::push) {
                if (on_push_) on_push_(*this, *reply);
                continue;
            }
            if (reply->is_error() && on_push_ && is_open_) {
                stats_.errors.add(1);
                on_push_(*this, *reply);
                continue;
            }
        } catch (const ProtocolError& fault) {
            return close(fault.what());
        }
        deliver(std::move(*reply));
    }
}

void Connection::deliver(Value reply) {
    if (reply.is_error() && !is_unknown_script(reply)) stats_.errors.add(1);
    if (is_out_of_memory(reply)) stats_.refused.add(1);
    if (pending_.empty()) {
        return close("redis: unexpected reply" + (reply.is_error() ? ": " + reply.error() : ""));
    }
    // After a failover the old primary keeps its connections; only a new one finds the new primary.
    bool is_demoted = reply.is_error() && reply.error_code() == "READONLY";
    stats_.durations.observe(received_at_ - pending_.front().sent_at);
    auto resume = std::move(pending_.front().resume);
    pending_.pop_front();
    stats_.pending.add(-1);
    if (resume) resume(nullptr, std::move(reply));
    if (is_demoted) close("redis: the server has become a replica");
}

void Connection::watch() {
    steady_clock::duration shortest = std::min(options_.connect_timeout, options_.command_timeout);
    watch_timer_.expires_after(shortest / kChecksPerTimeout);
    watch_timer_.async_wait([self = shared_from_this()](error_code) {
        if (self->is_closed_) return;
        self->check_deadlines();
        if (!self->is_closed_) self->watch();
    });
}

// One timer for all commands: replies arrive in order, so only the oldest can be overdue. A late loop is not the fault
// of Redis: between two checks the loop reads what has arrived, so an arrived reply is found before the tenth check.
void Connection::check_deadlines() {
    auto now = steady_clock::now();
    ++checks_;
    if (!is_open_ && now >= connect_deadline_) {
        stats_.timeouts.add(1);
        return close("redis: connecting took too long");
    }
    if (!pending_.empty()) {
        const auto& oldest = pending_.front();
        if (now - oldest.sent_at < options_.command_timeout) return;
        if (checks_ - oldest.sent_at_check < kChecksPerTimeout) return;
        stats_.timeouts.add(1);
        return close("redis: a command timed out");
    }
    // An idle connection is pinged, so that a dead one is detected before a request uses it.
    if (is_open_ && now - received_at_ >= options_.command_timeout) append_ignoring_reply("PING");
}

}  // namespace mindspace::redis
