#include "pace/connection.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace pace {

namespace {

void check(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

// The value of a field in the lines of a head. Servers differ in the case of names, and all use one of these two forms.
std::string_view field(std::string_view head, std::string_view name, std::string_view lower_name) {
    auto at = head.find(name);
    if (at == std::string_view::npos) at = head.find(lower_name);
    if (at == std::string_view::npos) return {};
    auto value = head.substr(at + name.size());
    return value.substr(0, value.find("\r\n"));
}

}  // namespace

Connection::~Connection() {
    if (fd_ >= 0) close(fd_);
}

Connection::Connection(Connection&& other) noexcept
    : due_ns(other.due_ns),
      port_(other.port_),
      fd_(std::exchange(other.fd_, -1)),
      input_(std::move(other.input_)),
      must_reconnect_(other.must_reconnect_) {}

void Connection::connect() {
    if (fd_ >= 0) close(fd_);
    input_.clear();
    must_reconnect_ = false;
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fd_, "socket");
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), "connect");
    check(fcntl(fd_, F_SETFL, O_NONBLOCK), "fcntl");
}

bool Connection::send(std::string_view request) {
    while (!request.empty()) {
        const auto sent = ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
        if (sent > 0)
            request.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN)
            usleep(100);  // an import is larger than the socket's buffer
        else
            return false;
    }
    return true;
}

std::optional<Response> Connection::receive() {
    static thread_local std::array<char, 256 * 1024> scratch;
    const auto size = recv(fd_, scratch.data(), scratch.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (size <= 0) return Response{};
    input_.append(scratch.data(), static_cast<std::size_t>(size));
    return parse();
}

std::optional<Response> Connection::parse() {
    const auto end = input_.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    const auto head = std::string_view(input_).substr(0, end + 2);
    Response response;
    std::from_chars(head.data() + sizeof("HTTP/1.1"), head.data() + head.size(), response.status);
    std::size_t length = 0;
    const auto value = field(head, "Content-Length: ", "content-length: ");
    std::from_chars(value.data(), value.data() + value.size(), length);
    if (value.empty() && response.status != 204) return Response{};  // chunked: none of the measured responses is
    if (input_.size() < end + 4 + length) return std::nullopt;
    must_reconnect_ = field(head, "Connection: ", "connection: ") == "close";
    // The caller uses the body before the next request, whose response overwrites it.
    static thread_local std::string body;
    body.assign(input_, end + 4, length);
    input_.clear();
    response.body = body;
    return response;
}

}  // namespace pace
