#include "platform/http/connection/stream.h"

#include "platform/async/as_tuple.h"

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace mindspace::http {

namespace {

constexpr std::size_t kScratch = 16 * 1024;
constexpr std::size_t kTlsRead = 4 * 1024;  // used by each socket inside TLS while it waits

}  // namespace

Stream::Stream(Socket socket, ClientNetworks::Slot slot) : slot_(std::move(slot)), plain_(std::move(socket)) {
    boost::system::error_code ignored;
    plain_.non_blocking(true, ignored);
}

Stream::Stream(Socket socket, ClientNetworks::Slot slot, asio::ssl::context& context)
    : slot_(std::move(slot)), plain_(socket.get_executor()), tls_(std::make_unique<Tls>(std::move(socket), context)) {
    boost::system::error_code ignored;
    tls_->next_layer().non_blocking(true, ignored);
}

Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;

Stream::Socket& Stream::socket() {
    return tls_ ? tls_->next_layer() : plain_;
}

Awaitable<Stream::Outcome> Stream::read_ahead(asio::mutable_buffer into) {
    return asio::async_read(socket(), into, kTuple);
}

Awaitable<bool> Stream::handshake() {
    if (!tls_) co_return true;
    auto [failure] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kTuple);
    co_return !failure;
}

Awaitable<Stream::Outcome> Stream::read_some(asio::mutable_buffer into) {
    return tls_ ? tls_->async_read_some(into, kTuple) : plain_.async_read_some(into, kTuple);
}

Awaitable<bool> Stream::receive(std::string& into) {
    return tls_ ? receive_within_tls(into) : receive_plain(into);
}

Awaitable<bool> Stream::receive_within_tls(std::string& into) {
    auto buffer = std::make_unique_for_overwrite<char[]>(kTlsRead);
    auto [failure, size] = co_await tls_->async_read_some(asio::buffer(buffer.get(), kTlsRead), kTuple);
    into.append(buffer.get(), size);
    co_return !failure;
}

Awaitable<bool> Stream::receive_plain(std::string& into) {
    thread_local std::array<char, kScratch> scratch;
    auto [waited] = co_await plain_.async_wait(Socket::wait_read, kTuple);
    if (waited) co_return false;
    boost::system::error_code failure;
    const auto size = plain_.read_some(asio::buffer(scratch), failure);
    into.append(scratch.data(), size);
    co_return !failure || failure == asio::error::would_block;
}

Awaitable<Stream::Outcome> Stream::write(Parts parts) {
    return tls_ ? asio::async_write(*tls_, parts, kTuple) : asio::async_write(plain_, parts, kTuple);
}

void Stream::write(asio::const_buffer bytes, Handler handler) {
    if (tls_)
        asio::async_write(*tls_, bytes, std::move(handler));
    else
        asio::async_write(plain_, bytes, std::move(handler));
}

Awaitable<> Stream::end() {
    if (tls_) co_await tls_->async_shutdown(kTuple);
    boost::system::error_code ignored;
    socket().shutdown(Socket::shutdown_send, ignored);
}

std::size_t Stream::write_now(std::span<const asio::const_buffer> parts, boost::system::error_code& failure) {
    return plain_.write_some(parts, failure);
}

void Stream::wait_writable(ReadyHandler handler) {
    plain_.async_wait(Socket::wait_write, std::move(handler));
}

void Stream::cancel() {
    boost::system::error_code ignored;
    socket().cancel(ignored);
}

void Stream::close() {
    boost::system::error_code ignored;
    socket().close(ignored);
}

}  // namespace mindspace::http
