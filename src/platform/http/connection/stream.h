#pragma once
// The bytes of one TCP connection, plain or inside TLS. A plain one costs what its socket costs: the operations are
// the socket's own. One read and one write at a time; both may be under way.

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

    // `slot` is what the connection occupies: it moves with the stream and is released when it ends.
    Stream(Socket socket, ClientNetworks::Slot slot);
    // Inside TLS, as the server; handshake() comes first.
    Stream(Socket socket, ClientNetworks::Slot slot, asio::ssl::context& context);
    ~Stream();
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) = delete;

    void occupy(ClientNetworks::Slot slot) { slot_ = std::move(slot); }
    [[nodiscard]] ClientNetworks::Slot& slot() { return slot_; }

    [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
    // Fills all of `into`, below TLS: what comes before the handshake.
    Awaitable<Outcome> read_ahead(asio::mutable_buffer into);
    // False when it fails. Nothing to do for a plain one.
    Awaitable<bool> handshake();

    Awaitable<Outcome> read_some(asio::mutable_buffer into);
    // Waits, without a buffer if it is plain, and appends what comes; perhaps nothing. False: that was the end.
    Awaitable<bool> receive(std::string& into);
    // Writes all of it; what the parts name must stay.
    Awaitable<Outcome> write(Parts parts);
    void write(asio::const_buffer bytes, Handler handler);
    // Ends our side. Inside TLS it returns when the other side has agreed (close_notify).
    Awaitable<> end();
    // At once, without waiting: as much as the kernel takes. would_block when that is nothing. Not inside TLS.
    std::size_t write_now(std::span<const asio::const_buffer> parts, boost::system::error_code& failure);
    // Calls `handler` when the kernel takes more. Not inside TLS.
    void wait_writable(ReadyHandler handler);
    // What is under way ends with operation_aborted; the stream stays good.
    void cancel();
    void close();

    // The socket, for what concerns neither reading nor writing.
    [[nodiscard]] Socket& socket();

private:
    using Tls = asio::ssl::stream<Socket>;

    // Apart, so that what waits within a plain one is as small as can be: there may be many.
    Awaitable<bool> receive_plain(std::string& into);
    Awaitable<bool> receive_within_tls(std::string& into);

    ClientNetworks::Slot slot_;
    Socket plain_;              // empty inside TLS
    std::unique_ptr<Tls> tls_;  // null if it is plain
};

}  // namespace mindspace::http
