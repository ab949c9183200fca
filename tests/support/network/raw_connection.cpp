#include "support/network/raw_connection.h"

#include "support/program/process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace mindspace::integration {

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

template <class Address>
int connect_to(const Address& address, int family) {
    const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    const int error = errno;
    ::close(socket);
    errno = error;
    fail("connect");
}

}  // namespace

RawConnection::RawConnection(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = connect_to(address, AF_INET);
}

RawConnection::RawConnection(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.native().size() >= sizeof address.sun_path) throw std::runtime_error(socket.native() + " is too long");
    std::ranges::copy(socket.native(), std::begin(address.sun_path));
    socket_ = connect_to(address, AF_UNIX);
}

RawConnection::~RawConnection() {
    ::close(socket_);
}

void RawConnection::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) fail("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string RawConnection::receive_until(std::string_view end) {
    std::size_t at = 0;
    while ((at = received_.find(end)) == std::string::npos)
        if (!receive_some()) throw std::runtime_error("the connection ended after: " + received_);
    auto text = received_.substr(0, at + end.size());
    received_.erase(0, text.size());
    return text;
}

std::string RawConnection::receive_all() {
    while (receive_some()) {
    }
    return std::exchange(received_, {});
}

// False at the end of the stream. A reset counts as an end: only the data before it matters.
bool RawConnection::receive_some() {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    const auto timeout = scaled(kTimeout).count();
    if (::poll(&ready, 1, static_cast<int>(timeout)) != 1)
        throw std::runtime_error("nothing received after: " + received_);
    std::array<char, 4096> buffer;
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size > 0) received_.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0;
}

bool is_listening(std::uint16_t port) {
    try {
        const RawConnection connection(port);
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

}  // namespace mindspace::integration
