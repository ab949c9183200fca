#pragma once
// The bytes of one TCP connection, plain or inside TLS. A plain one adds no cost: its operations are those of the
// socket. One read and one write at a time; both may be in progress together.

#include "platform/async/awaitable.h"
#include "platform/http/server/client_networks.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tuple>

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming)
template <class Socket>
class stream;  // NOLINT(readability-identifier-naming)
}  // namespace boost::asio::ssl

namespace mindspace::http {

class Stream {
public:
    using Socket = asio::ip::tcp::socket;
    using Parts = std::array<asio::const_buffer, 3>;
    using Outcome = std::tuple<boost::system::error_code, std::size_t>;
    using Handler = std::move_only_function<void(boost::system::error_code, std::size_t)>;
    using ReadyHandler = std::move_only_function<void(boost::system::error_code)>;

    // `slot` is the connection's slot in its network: it moves with the stream and is released with it.
    Stream(Socket socket, ClientNetworks::Slot slot);
    // Inside TLS, as the server; handshake() must be called first.
    Stream(Socket socket, ClientNetworks::Slot slot, asio::ssl::context& context);
    ~Stream();
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) = delete;

    void occupy(ClientNetworks::Slot slot) { slot_ = std::move(slot); }
    [[nodiscard]] ClientNetworks::Slot& slot() { return slot_; }

    [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
    // Fills `into` completely, without TLS: for data that precedes the handshake.
    Awaitable<Outcome> read_ahead(asio::mutable_buffer into);
    // False if it fails. Does nothing for a plain connection.
    Awaitable<bool> handshake();

    Awaitable<Outcome> read_some(asio::mutable_buffer into);
    // Waits for data and appends it; perhaps none. Without a buffer of its own if plain. False: the stream has ended.
    Awaitable<bool> receive(std::string& into);
    // Writes everything; the buffers must stay valid until it returns.
    Awaitable<Outcome> write(Parts parts);
    void write(asio::const_buffer bytes, Handler handler);
    // Ends our side. Inside TLS it returns when the peer has confirmed (close_notify).
    Awaitable<> end();
    // Writes as much as the kernel accepts without waiting; would_block if nothing. Not inside TLS.
    std::size_t write_now(std::span<const asio::const_buffer> parts, boost::system::error_code& failure);
    // Calls `handler` when the kernel accepts more. Not inside TLS.
    void wait_writable(ReadyHandler handler);
    // Operations in progress end with operation_aborted; the stream remains usable.
    void cancel();
    void close();

    // The socket, for its options and addresses; not for reading or writing.
    [[nodiscard]] Socket& socket();

private:
    using Tls = asio::ssl::stream<Socket>;

    // Separate, so that the coroutine frame of a waiting plain connection is small: there may be many.
    Awaitable<bool> receive_plain(std::string& into);
    Awaitable<bool> receive_within_tls(std::string& into);

    ClientNetworks::Slot slot_;
    Socket plain_;              // empty inside TLS
    std::unique_ptr<Tls> tls_;  // null if it is plain
};

}  // namespace mindspace::http
