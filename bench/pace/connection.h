#pragma once
// One HTTP/1.1 connection of the load generator: a non-blocking client with one request at a time. Shares no code with
// the server. Driven by pace.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pace {

struct Response {
    int status = 0;  // 0: the connection broke
    std::string_view body;
};

class Connection {
public:
    explicit Connection(std::uint16_t port) : port_(port) {}
    ~Connection();
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&&) = delete;

    // Connects and blocks until it is done. Throws std::system_error.
    void connect();
    // False: the connection has broken.
    bool send(std::string_view request);
    // What has arrived, if it is a complete response; valid until the next call.
    std::optional<Response> receive();

    [[nodiscard]] int fd() const { return fd_; }
    // Whether the server closes the connection after the last response.
    [[nodiscard]] bool must_reconnect() const { return must_reconnect_; }

    std::int64_t due_ns = 0;  // when the request in flight was due

private:
    [[nodiscard]] std::optional<Response> parse();

    std::uint16_t port_;
    int fd_ = -1;
    std::string input_;
    bool must_reconnect_ = false;
};

}  // namespace pace
