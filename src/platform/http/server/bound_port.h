#pragma once
// A port that is bound before any server listens on it: with one socket for each of the servers that share it
// (SO_REUSEPORT). Ports below 1024 can thus be bound as root, and served after root has been dropped.

#include "platform/base/file_descriptor.h"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mindspace::http {

namespace asio = boost::asio;

class BoundPort {
public:
    // Port 0 binds a free one. Fault: boost::system::system_error (the address does not exist, or another program
    // has the port, even if it shares it; another one of this kind also if it does not listen yet).
    BoundPort(const std::string& address, std::uint16_t port, std::size_t sockets);

    [[nodiscard]] std::uint16_t number() const { return endpoint_.port(); }
    // Passes one of the sockets to an acceptor. At most once per socket.
    void pass_to(asio::ip::tcp::acceptor& acceptor);

private:
    asio::ip::tcp::endpoint endpoint_;
    FileDescriptor claim_;
    std::vector<FileDescriptor> sockets_;  // not passed on yet
};

}  // namespace mindspace::http
