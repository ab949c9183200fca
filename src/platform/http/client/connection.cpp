#include "platform/http/client/connection.h"

#include "platform/async/as_tuple.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace mindspace::http {

namespace {

using Progress = ResponseParser::Progress;

constexpr std::size_t kFirstResponseRead = 8 * 1024;
constexpr std::size_t kMaxRead = 128 * 1024;  // a larger response is read in pieces
constexpr std::size_t kRetainedResponseBuffer = 16 * 1024;

}  // namespace

Awaitable<ClientConnection::Outcome> ClientConnection::connect(std::vector<asio::ip::tcp::endpoint> endpoints) {
    for (const auto& endpoint : endpoints) {
        boost::system::error_code ignored;
        socket_.close(ignored);
        auto [failure] = co_await socket_.async_connect(endpoint, kTuple);
        throw_if_cancelled(failure);
        if (timed_out_) break;
        if (failure) continue;
        socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
        socket_.non_blocking(true, ignored);
        co_return std::nullopt;
    }
    co_return ClientFault::unreachable;
}

Awaitable<ClientConnection::Outcome> ClientConnection::send(Method method, std::string_view head,
                                                            std::string_view body) {
    parser_ = ResponseParser(method);
    progress_ = Progress::need_more;
    is_complete_ = false;
    end_ = 0;
    if (buffer_.size() > kRetainedResponseBuffer) buffer_ = {};
    std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    auto [failure, size] = co_await asio::async_write(socket_, parts, kTuple);
    if (!failure) co_return std::nullopt;
    throw_if_cancelled(failure);
    if (timed_out_) co_return ClientFault::timed_out;
    co_return size == 0 ? ClientFault::unsent : ClientFault::lost;
}

Awaitable<ClientConnection::Outcome> ClientConnection::send_more(std::string_view part) {
    auto [failure, size] = co_await asio::async_write(socket_, asio::buffer(part), kTuple);
    throw_if_cancelled(failure);
    if (failure) co_return fault_of_io();
    co_return std::nullopt;
}

Awaitable<ClientConnection::Outcome> ClientConnection::read_head() {
    while (progress_ == Progress::need_more) {
        auto fault = co_await read_some();
        if (fault) co_return fault;
    }
    if (progress_ == Progress::failed) co_return ClientFault::malformed;
    co_return std::nullopt;
}

Awaitable<ClientConnection::Outcome> ClientConnection::read_content() {
    auto fault = co_await read_some();
    if (!fault && progress_ == Progress::failed) fault = ClientFault::malformed;
    co_return fault;
}

Awaitable<ClientConnection::Outcome> ClientConnection::read_some() {
    if (end_ == buffer_.size()) buffer_.resize(std::clamp(buffer_.size() * 2, kFirstResponseRead, kMaxRead + end_));
    auto [failure, size] =
        co_await socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_), kTuple);
    throw_if_cancelled(failure);
    if (failure == asio::error::eof && parser_.end() == Progress::complete) {
        is_complete_ = true;
        co_return std::nullopt;
    }
    if (failure) co_return fault_of_io();
    end_ += size;
    feed();
    co_return std::nullopt;
}

// A wait that ends before its time while the socket is open: close() did not end it.
void ClientConnection::throw_if_cancelled(const boost::system::error_code& failure) const {
    if (failure == asio::error::operation_aborted && socket_.is_open()) throw boost::system::system_error(failure);
}

void ClientConnection::feed() {
    const std::span<char> received(buffer_.data(), end_);
    progress_ = parser_.feed(received);
    if (progress_ == Progress::head) progress_ = parser_.feed(received);  // the content that arrived with the head
    is_complete_ = progress_ == Progress::complete;
}

void ClientConnection::drop_content() {
    const std::size_t begin = parser_.content_begin();
    const std::size_t dropped = parser_.drop_content();
    std::memmove(buffer_.data() + begin, buffer_.data() + begin + dropped, end_ - begin - dropped);
    end_ -= dropped;
}

bool ClientConnection::is_reusable() const {
    return is_complete_ && parser_.head().keep_alive && parser_.consumed() == end_ && socket_.is_open();
}

bool ClientConnection::is_stale() {
    char byte = 0;
    const auto peeked = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peeked >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void ClientConnection::sweep(Clock::time_point now) {
    if (now < deadline_ || !socket_.is_open()) return;
    timed_out_ = true;
    close();
}

void ClientConnection::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

std::span<const char> ClientConnection::early() const {
    return {buffer_.data() + parser_.consumed(), end_ - parser_.consumed()};
}

}  // namespace mindspace::http
