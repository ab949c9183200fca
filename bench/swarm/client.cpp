#include "swarm/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace swarm {

namespace {

void check(int result, const char* what) {
    if (result < 0 && errno != EINPROGRESS) throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in address(const std::string& text, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    inet_pton(AF_INET, text.c_str(), &result.sin_addr);
    return result;
}

}  // namespace

Client::~Client() {
    if (fd_ >= 0) close(fd_);
}

Client::Client(Client&& other) noexcept : plan_(other.plan_), fd_(std::exchange(other.fd_, -1)) {}

void Client::connect() {
    if (fd_ >= 0) close(fd_);
    input_.clear();
    taken_ = 0;
    is_open_ = has_ended_ = awaits_ticket_ = false;
    close_code_ = 0;
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    check(fd_, "socket");
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const auto from = address(plan_->source, 0);
    check(bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from), "bind");
    const auto to = address("127.0.0.1", plan_->port);
    check(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), "connect");
}

void Client::open_handshake(Credential credential) {
    const std::string authorization = "Authorization: Bearer " + plan_->token + "\r\n";
    if (credential == Credential::token) {
        request_upgrade("", authorization);
        return;
    }
    awaits_ticket_ = true;
    const std::string request = "POST /api/v1/groups/" + plan_->group + "/ticket HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
                                authorization + "Content-Length: 0\r\n\r\n";
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) < 0) has_ended_ = true;
}

void Client::request_upgrade(const std::string& query, const std::string& fields) {
    const std::string request = "GET /api/v1/groups/" + plan_->group + "/live" + query +
                                " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                                fields + "\r\n";
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) < 0) has_ended_ = true;
}

bool Client::read() {
    static thread_local std::array<char, 256 * 1024> scratch;
    input_.erase(0, taken_);
    taken_ = 0;
    const auto size = recv(fd_, scratch.data(), scratch.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (size <= 0) return false;
    input_.append(scratch.data(), static_cast<std::size_t>(size));
    return true;
}

// The next text message. False if none is complete.
bool Client::next(std::string_view& text) {
    std::string_view rest(input_);
    rest.remove_prefix(taken_);
    if (!is_open_) return read_response(rest) && next(text);
    if (rest.size() < 2) return false;
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
    std::size_t length = byte(1);
    std::size_t head = 2;
    if (length == 126) {
        head = 4;
        if (rest.size() < head) return false;
        length = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
    } else if (length == 127) {
        head = 10;
        if (rest.size() < head) return false;
        length = 0;
        for (std::size_t i = 2; i < head; ++i) length = length << 8 | byte(i);
    }
    if (rest.size() < head + length) return false;
    const int opcode = byte(0) & 15;
    const auto payload = rest.substr(head, length);
    taken_ += head + length;
    if (opcode == 1) {
        text = payload;
        return true;
    }
    if (opcode == 9) send_frame(10, payload);
    if (opcode == 8) {
        has_ended_ = true;
        close_code_ =
            length < 2 ? 1005 : static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]);
        return false;
    }
    return next(text);
}

// The response to the handshake, or to the request for a ticket. False if it is not complete or refuses.
bool Client::read_response(std::string_view rest) {
    const auto end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    const int status = std::atoi(rest.substr(sizeof("HTTP/1.1")).data());
    if (status != (awaits_ticket_ ? 200 : 101)) {
        has_ended_ = true;
        close_code_ = status;
        return false;
    }
    if (!awaits_ticket_) {
        is_open_ = true;
        taken_ += end + 4;
        send(R"({"type":"hello"})");
        return true;
    }
    constexpr std::string_view kName = R"("ticket":")";
    const auto at = rest.find(kName, end);
    const auto close = at == std::string_view::npos ? at : rest.find('"', at + kName.size());
    if (close == std::string_view::npos || rest.back() != '}') return false;  // incomplete
    const std::string ticket(rest.substr(at + kName.size(), close - at - kName.size()));
    taken_ += rest.size();
    awaits_ticket_ = false;
    request_upgrade("?ticket=" + ticket, "");
    return false;
}

// Masked with zeros, which leaves the payload unchanged.
void Client::send_frame(int opcode, std::string_view payload) {
    std::string frame(1, static_cast<char>(0x80 | opcode));
    frame += static_cast<char>(0x80 | payload.size());  // all our messages are shorter than 126 bytes
    frame.append(4, '\0');
    frame += payload;
    if (::send(fd_, frame.data(), frame.size(), MSG_NOSIGNAL) < 0) has_ended_ = true;
}

}  // namespace swarm
