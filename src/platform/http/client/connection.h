#pragma once
// One connection to another HTTP/1.1 server: sends a request, reads the response, and may then be reused. Owned by its
// pool or by the caller that leased it. Its deadline applies to all its operations; sweep() enforces it. A caller that
// is cancelled gets the exception of a cancellation, not a fault of the server.

#include "platform/async/awaitable.h"
#include "platform/http/wire/response_parser.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mindspace::http {

// Why there is no response.
enum class ClientFault : std::uint8_t {
    unreachable,  // no connection could be opened: nothing was sent
    busy,         // all connections are in use, and none became free or too many wait: nothing was sent
    unsent,       // an idle connection turned out to be closed: nothing was sent
    lost,         // the connection ended before the response was complete
    timed_out,
    malformed,  // not HTTP/1.1
    untrusted,  // the response does not prove that it comes from one of our roles
};
constexpr auto names_of(ClientFault) {
    return std::array<std::string_view, 7>{"unreachable", "busy",      "unsent",   "lost",
                                           "timed_out",   "malformed", "untrusted"};
}

class ClientConnection {
public:
    using Clock = std::chrono::steady_clock;
    using Outcome = std::optional<ClientFault>;  // nullopt: success

    explicit ClientConnection(asio::io_context& loop) : socket_(loop) {}

    // Tries the addresses in order until the deadline.
    Awaitable<Outcome> connect(std::vector<asio::ip::tcp::endpoint> endpoints);
    // Sends a request. `head` and `body` must stay valid until it returns. lost: the server may still have handled it.
    Awaitable<Outcome> send(Method method, std::string_view head, std::string_view body);
    // Sends more of the content that the head announced. `part` must stay valid until it returns.
    Awaitable<Outcome> send_more(std::string_view part);
    // Reads up to the end of the response's head; skips 1xx responses except 101.
    Awaitable<Outcome> read_head();
    // Reads more content. Must not be called after is_complete().
    Awaitable<Outcome> read_content();

    // Valid after read_head(), until the next call on this connection.
    [[nodiscard]] const ResponseHead& head() const { return parser_.head(); }
    // The content that was received and not dropped.
    [[nodiscard]] std::string_view content() const {
        return {buffer_.data() + parser_.content_begin(), parser_.content_size()};
    }
    void drop_content();
    // True when the response was received completely.
    [[nodiscard]] bool is_complete() const { return is_complete_; }

    // True if the connection may send another request after this response.
    [[nodiscard]] bool is_reusable() const;
    // True if the server has closed the idle connection, or sent data without a request.
    [[nodiscard]] bool is_stale();

    void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }
    // Closes the connection if its deadline has passed.
    void sweep(Clock::time_point now);
    void close();

    // After 101: the socket, and the bytes received after the head.
    asio::ip::tcp::socket take_socket() { return std::move(socket_); }
    [[nodiscard]] std::span<const char> early() const;

    // When the last response was complete. The pool sets it.
    Clock::time_point idle_since{};

private:
    Awaitable<Outcome> read_some();
    void feed();
    void throw_if_cancelled(const boost::system::error_code& failure) const;
    [[nodiscard]] ClientFault fault_of_io() const { return timed_out_ ? ClientFault::timed_out : ClientFault::lost; }

    asio::ip::tcp::socket socket_;
    ResponseParser parser_{Method::get};
    ResponseParser::Progress progress_ = ResponseParser::Progress::need_more;
    std::vector<char> buffer_;
    std::size_t end_ = 0;  // bytes in the buffer
    Clock::time_point deadline_ = Clock::time_point::max();
    bool is_complete_ = false;
    bool timed_out_ = false;
};

}  // namespace mindspace::http
