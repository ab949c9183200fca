#pragma once
// One socket of the swarm: a non-blocking WebSocket client that shares no code with the server. Driven by swarm.h.

#include <cstdint>
#include <string>
#include <string_view>

namespace swarm {

// What opens a socket: the access token itself, or a ticket that is requested with it on the same connection.
enum class Credential { token, ticket };

// One line of the plan: how to open a socket.
struct SocketPlan {
    std::string source;  // source address: each has its own ports
    std::uint16_t port = 0;
    std::string group;
    std::string token;
    bool is_host = false;
};

class Client {
public:
    explicit Client(const SocketPlan& plan) : plan_(&plan) {}
    ~Client();
    Client(Client&& other) noexcept;
    Client& operator=(Client&&) = delete;

    // Starts to connect, or to reconnect. Throws std::system_error.
    void connect();
    // Sends the handshake, or the request for a ticket, once the socket is connected.
    void open_handshake(Credential credential);
    void send(std::string_view text) { send_frame(1, text); }

    // Reads available data, calls `on_text` with each message and replies to pings. False: the socket has ended.
    template <class OnText>
    bool receive(OnText on_text) {
        if (!read()) return false;
        std::string_view text;
        while (next(text)) on_text(text);
        return !has_ended_;
    }

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const SocketPlan& plan() const { return *plan_; }
    // Why the socket ended: the code of a close frame, the status of a refused handshake, or 0.
    [[nodiscard]] int close_code() const { return close_code_; }

    bool is_joined = false;
    int attempts = 0;            // to join, so far
    std::int64_t began_ns = 0;   // when the last attempt began
    double clock_offset_ms = 0;  // the server's clock minus ours, from `time` responses

private:
    bool read();
    bool next(std::string_view& text);
    bool read_response(std::string_view rest);
    void request_upgrade(const std::string& query, const std::string& fields);
    void send_frame(int opcode, std::string_view payload);

    const SocketPlan* plan_;
    int fd_ = -1;
    std::string input_;
    std::size_t taken_ = 0;  // bytes at the front of input_ that have been handled
    bool awaits_ticket_ = false;
    bool is_open_ = false;
    bool has_ended_ = false;
    int close_code_ = 0;
};

}  // namespace swarm
