#include "support/http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace mindspace::http {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool receive_some(int socket, std::string& into) {
    std::array<char, 16 * 1024> buffer;
    const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size > 0) into.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0;
}

std::size_t send_some(int socket, std::string_view text) {
    const auto size = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

// The size of the first request in the text, or 0 while it is incomplete.
std::size_t request_size(const std::string& text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    std::size_t length = 0;
    if (const auto at = text.find(kLength); at < end)
        std::from_chars(text.data() + at + kLength.size(), text.data() + text.size(), length);
    const auto size = end + 4 + length;
    return text.size() >= size ? size : 0;
}

}  // namespace

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
        throw std::runtime_error("no port for a scripted server");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (auto& thread : threads_) thread.join();
    for (const int socket : sockets_) ::close(socket);
    ::close(listener_);
}

void ScriptedServer::accept_all() {
    while (true) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        ++connections_;
        sockets_.push_back(socket);
        threads_.emplace_back([this, socket] { serve(socket); });
    }
}

void ScriptedServer::serve(int socket) {
    std::string received;
    while (true) {
        std::size_t size = 0;
        while ((size = request_size(received)) == 0) {
            const auto before = received.size();
            if (!receive_some(socket, received)) return;
            received_ += received.size() - before;
        }
        const auto request = received.substr(0, size);
        received.erase(0, size);
        {
            const std::scoped_lock lock(mutex_);
            requests_.push_back(request);
        }
        const auto [text, then_close] = script_(request);
        for (std::string_view left = text; !left.empty();) {
            const auto sent = send_some(socket, left);
            if (sent == 0) return;
            sent_ += sent;
            left.remove_prefix(sent);
        }
        if (then_close) {
            ::shutdown(socket, SHUT_RDWR);
            ++ended_;
            return;
        }
    }
}

std::vector<std::string> ScriptedServer::requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
}

PlainClient::PlainClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto address = loopback(port);
    const timeval timeout{.tv_sec = 120, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("nothing listens on the port");
}

PlainClient::~PlainClient() {
    ::close(socket_);
}

void PlainClient::send(std::string_view text) const {
    while (!text.empty()) {
        const auto sent = send_some(socket_, text);
        if (sent == 0) return;
        text.remove_prefix(sent);
    }
}

std::string PlainClient::receive_until(std::string_view end) {
    auto at = received_.find(end);
    while (at == std::string::npos && receive_some(socket_, received_)) at = received_.find(end);
    if (at == std::string::npos) return std::exchange(received_, {});
    auto text = received_.substr(0, at + end.size());
    received_.erase(0, text.size());
    return text;
}

std::string PlainClient::receive_all() {
    while (receive_some(socket_, received_)) {
    }
    return std::exchange(received_, {});
}

std::string fetch(std::uint16_t port, std::string_view text) {
    PlainClient client(port);
    client.send(text);
    return client.receive_all();
}

}  // namespace mindspace::http
