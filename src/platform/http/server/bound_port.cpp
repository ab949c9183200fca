#include "platform/http/server/bound_port.h"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/system_error.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <iterator>

namespace mindspace::http {

using asio::ip::tcp;

namespace {

// SO_REUSEPORT as an option that Asio can set (its requirements: SettableSocketOption).
class ReusePort {
public:
    explicit ReusePort(int value) : value_(value) {}
    [[nodiscard]] int level(const tcp&) const { return SOL_SOCKET; }
    [[nodiscard]] int name(const tcp&) const { return SO_REUSEPORT; }
    [[nodiscard]] const int* data(const tcp&) const { return &value_; }
    [[nodiscard]] std::size_t size(const tcp&) const { return sizeof(value_); }

private:
    int value_;
};

// Finds out whether the port is free, and which one was assigned for 0: with SO_REUSEPORT two programs would share a
// port without noticing. Sockets that do not listen yet are overlooked: a program binds again while connections of an
// earlier one are in TIME_WAIT, which is allowed only with SO_REUSEADDR.
tcp::endpoint find_free(asio::io_context& loop, tcp::endpoint endpoint) {
    tcp::acceptor probe(loop, endpoint.protocol());
    probe.set_option(asio::socket_base::reuse_address(true));
    probe.bind(endpoint);
    return probe.local_endpoint();
}

[[noreturn]] void throw_last_error() {
    throw boost::system::system_error(errno, boost::system::system_category());
}

// Says that this process has the port, to those that do the same: an abstract socket (unix(7)), which belongs to the
// network namespace as ports do, and ends with the process.
FileDescriptor claim(const tcp::endpoint& endpoint) {
    const auto name = fmt::format("mindspace {}:{}", endpoint.address().to_string(), endpoint.port());
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    assert(name.size() < sizeof(address.sun_path));
    std::ranges::copy(name, std::begin(address.sun_path) + 1);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) throw_last_error();
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) throw_last_error();
    return socket;
}

}  // namespace

BoundPort::BoundPort(const std::string& address, std::uint16_t port, std::size_t sockets) {
    asio::io_context loop;
    endpoint_ = find_free(loop, {asio::ip::make_address(address), port});
    claim_ = claim(endpoint_);
    for (std::size_t i = 0; i < sockets; ++i) {
        tcp::acceptor acceptor(loop, endpoint_.protocol());
        acceptor.set_option(asio::socket_base::reuse_address(true));
        acceptor.set_option(ReusePort(true));
        acceptor.bind(endpoint_);
        sockets_.emplace_back(acceptor.release());
    }
}

void BoundPort::pass_to(tcp::acceptor& acceptor) {
    assert(!sockets_.empty());
    acceptor.assign(endpoint_.protocol(), sockets_.back().release());
    sockets_.pop_back();
}

}  // namespace mindspace::http
