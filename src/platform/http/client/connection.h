#pragma once
// One connection to another HTTP/1.1 server: sends a request and reads its answer, and may then be used again. Owned
// by its pool or by whoever leased it. Its deadline holds for whatever it is at; sweep() enforces it.

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

// Why there is no answer.
enum class ClientFault : std::uint8_t {
    unreachable,  // no connection could be made: nothing was sent
    busy,         // all connections are taken and too many wait for one: nothing was sent
    unsent,       // a kept connection turned out to be closed: nothing was sent
    lost,         // the connection ended before the answer did
    timed_out,
    malformed,  // not HTTP/1.1
    untrusted,  // the response does not prove that it comes from a role of ours
};
constexpr auto names_of(ClientFault) {
    return std::array<std::string_view, 7>{"unreachable", "busy",      "unsent",   "lost",
                                           "timed_out",   "malformed", "untrusted"};
}

class ClientConnection {
public:
    using Clock = std::chrono::steady_clock;
    using Outcome = std::optional<ClientFault>;  // nothing: it worked

    explicit ClientConnection(asio::io_context& loop) : socket_(loop) {}

    // Tries the addresses in their order until the deadline.
    Awaitable<Outcome> connect(std::vector<asio::ip::tcp::endpoint> endpoints);
    // Sends a whole request. The texts must stay until it returns. lost: the server may have answered all the same.
    Awaitable<Outcome> send(Method method, std::string_view head, std::string_view body);
    // Sends more of the content that the head has spoken of. The same holds.
    Awaitable<Outcome> send_more(std::string_view part);
    // Reads up to the end of the answer's head; 1xx other than 101 is passed over.
    Awaitable<Outcome> read_head();
    // Reads some more content. Not after is_complete().
    Awaitable<Outcome> read_content();

    // After read_head(), until the next call of the connection.
    [[nodiscard]] const ResponseHead& head() const { return parser_.head(); }
    // The content that has come in and was not dropped.
    [[nodiscard]] std::string_view content() const {
        return {buffer_.data() + parser_.content_begin(), parser_.content_size()};
    }
    void drop_content();
    // True when all of the answer has come in.
    [[nodiscard]] bool is_complete() const { return is_complete_; }

    // True when another request may follow this one's answer.
    [[nodiscard]] bool is_reusable() const;
    // True when the server has ended the kept connection, or said something unasked.
    [[nodiscard]] bool is_stale();

    void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }
    // Ends the connection if it is over its deadline.
    void sweep(Clock::time_point now);
    void close();

    // After 101: the socket, and what has come in behind the head.
    asio::ip::tcp::socket take_socket() { return std::move(socket_); }
    [[nodiscard]] std::span<const char> early() const;

    // When the last answer ended, by the pool's clock.
    Clock::time_point idle_since{};

private:
    Awaitable<Outcome> read_some();
    void feed();
    [[nodiscard]] ClientFault fault_of_io() const { return timed_out_ ? ClientFault::timed_out : ClientFault::lost; }

    asio::ip::tcp::socket socket_;
    ResponseParser parser_{Method::get};
    ResponseParser::Progress progress_ = ResponseParser::Progress::need_more;
    std::vector<char> buffer_;
    std::size_t end_ = 0;  // octets in the buffer
    Clock::time_point deadline_ = Clock::time_point::max();
    bool is_complete_ = false;
    bool timed_out_ = false;
};

}  // namespace mindspace::http
