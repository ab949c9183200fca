#pragma once
// One socket of the swarm: a non-blocking WebSocket client that shares no line with the server. Driven by swarm.h.

#include <cstdint>
#include <string>
#include <string_view>

namespace swarm {

// Who opens it, and where: a line of the plan.
struct Seat {
    std::string source;  // address that it comes from: each has its own ports
    std::uint16_t port = 0;
    std::string group;
    std::string token;
    bool is_host = false;
};

class Client {
public:
    explicit Client(const Seat& seat) : seat_(&seat) {}
    ~Client();
    Client(Client&& other) noexcept;
    Client& operator=(Client&&) = delete;

    // Begins to connect, for the first time or anew. Fault: std::system_error.
    void connect();
    // Sends what connect() could not.
    void open_handshake();
    void send(std::string_view text) { send_frame(1, text); }

    // Reads what has come and calls `on_text` with each message; pings are answered. False: the socket has ended.
    template <class OnText>
    bool receive(OnText on_text) {
        if (!read()) return false;
        std::string_view text;
        while (next(text)) on_text(text);
        return !has_ended_;
    }

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const Seat& seat() const { return *seat_; }
    // What the socket ended with: the code of a close frame, the status of a refused handshake, 0 without a word.
    [[nodiscard]] int close_code() const { return close_code_; }

    bool is_joined = false;
    int attempts = 0;            // to join
    double clock_offset_ms = 0;  // the server's clock less ours, as the answers to `time` tell

private:
    bool read();
    bool next(std::string_view& text);
    void send_frame(int opcode, std::string_view payload);

    const Seat* seat_;
    int fd_ = -1;
    std::string input_;
    std::size_t taken_ = 0;  // octets at the front of input_ that are done with
    bool is_open_ = false;
    bool has_ended_ = false;
    int close_code_ = 0;
};

}  // namespace swarm
