#include "platform/http/server/bound_port.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/socket_base.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cassert>

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
// port without noticing.
tcp::endpoint find_free(asio::io_context& loop, tcp::endpoint endpoint) {
    tcp::acceptor probe(loop, endpoint.protocol());
    probe.set_option(asio::socket_base::reuse_address(true));
    probe.bind(endpoint);
    return probe.local_endpoint();
}

}  // namespace

BoundPort::BoundPort(const std::string& address, std::uint16_t port, std::size_t sockets) {
    asio::io_context loop;
    endpoint_ = find_free(loop, {asio::ip::make_address(address), port});
    for (std::size_t i = 0; i < sockets; ++i) {
        tcp::acceptor acceptor(loop, endpoint_.protocol());
        acceptor.set_option(asio::socket_base::reuse_address(true));
        acceptor.set_option(ReusePort(true));
        acceptor.bind(endpoint_);
        sockets_.push_back(acceptor.release());
    }
}

BoundPort::~BoundPort() {
    for (const int socket : sockets_) ::close(socket);
}

void BoundPort::pass_to(tcp::acceptor& acceptor) {
    assert(!sockets_.empty());
    acceptor.assign(endpoint_.protocol(), sockets_.back());
    sockets_.pop_back();
}

}  // namespace mindspace::http
