#pragma once
// A port that is taken before anybody listens on it: by one socket for each of the servers that share it
// (SO_REUSEPORT). Ports below 1024 are taken as root, and served by who is root no more.

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mindspace::http {

namespace asio = boost::asio;

class BoundPort {
public:
    // Port 0 takes a free one. Fault: boost::system::system_error (there is no such address, or another program listens
    // on the port, even if it shares it).
    BoundPort(const std::string& address, std::uint16_t port, std::size_t sockets);
    ~BoundPort();
    BoundPort(BoundPort&& other) noexcept = default;
    BoundPort& operator=(BoundPort&&) = delete;

    [[nodiscard]] std::uint16_t number() const { return endpoint_.port(); }
    // Hands one of the sockets over to an acceptor. Not more often than there are sockets.
    void pass_to(asio::ip::tcp::acceptor& acceptor);

private:
    asio::ip::tcp::endpoint endpoint_;
    std::vector<int> sockets_;  // not handed over yet
};

}  // namespace mindspace::http
