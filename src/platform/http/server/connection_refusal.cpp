// What a connection refuses: what cannot be read, what is too much for its network, what is too much for the core.

#include "platform/async/as_tuple.h"
#include "platform/http/server/connection.h"

#include <utility>

namespace mindspace::http {

void Connection::append_too_many() {
    const Error error{.code = ErrorCode::unavailable,
                      .reason = "too_many_connections",
                      .detail = "Your network has too many connections open here.",
                      .faults = {},
                      .retry_after = 10};
    append(problem(error, {}), Method::get, false);
}

Awaitable<> Connection::refuse(ParseFailure failure) {
    const std::string_view text(unread().data(), unread().size());
    auto fields = readable_fields(text, server_.options_.limits);
    auto response = server_.dispatcher_.refuse(failure, std::move(fields), client_);
    append(response, Method::get, false);
    co_await linger();
}

// Without reading a request: that would cost what the bound is to save. So few bytes fit into the socket's buffer.
void Connection::refuse_at_once() {
    if (stream_.is_tls()) return;
    append_too_many();
    const asio::const_buffer bytes = asio::buffer(out_);
    boost::system::error_code ignored;
    stream_.write_now({&bytes, 1}, ignored);
}

// Bytes of a response that are about to be written, or what does not let them: then the connection ends.
std::expected<ClientNetworks::Unread, ClientNetworks::Bound> Connection::hold(std::size_t bytes) {
    auto held = stream_.place().hold(bytes);
    if (!held) server_.metrics_.unread_refused[static_cast<std::size_t>(held.error())].add(1);
    return held;
}

// Once for each request, before its content is read. False: there is too much to do, which the client is told.
bool Connection::admit() {
    if (match_) return true;
    auto match = server_.dispatcher_.find(parser_.head());
    if (auto refusal = server_.dispatcher_.refuse_overload(parser_.head(), match)) {
        append(*refusal, parser_.head().method, stays_open());
        note_refusal();
        return false;
    }
    match_ = std::move(match);
    return true;
}

// The client that has just been refused, if it has the connection for itself.
void Connection::note_refusal() {
    const bool is_shared =
        is_proxied_ && server_.options_.proxies.client_of(peer_, parser_.head()) != peer_.to_string();
    if (server_.options_.paces_refused && !is_shared)
        paused_until_ = server_.dispatcher_.turn_after_refusal(Clock::now());
}

// Until it is the turn of the client that has been refused. What comes before all else does not wait.
Awaitable<> Connection::pause() {
    const auto until = std::exchange(paused_until_, Clock::time_point{});
    if (Clock::now() >= until) co_return;
    const auto* endpoint = server_.dispatcher_.find(parser_.head()).endpoint;
    if (endpoint != nullptr && endpoint->declaration.priority == Priority::first) co_return;
    bool written = co_await flush_before_reading();
    if (!written || !stream_.socket().is_open()) co_return;  // aborted meanwhile: nobody would cancel the timer
    asio::steady_timer timer(server_.loop_, until);
    pausing_ = &timer;
    co_await timer.async_wait(kTuple);
    pausing_ = nullptr;
}

}  // namespace mindspace::http
