#pragma once
// For tests: an HTTP server that sends scripted replies, well-formed or not, and a client that sends bytes and reads
// the reply. Both use blocking sockets on separate threads and share no code with what is tested.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mindspace::http {

class ScriptedServer {
public:
    struct Reply {
        std::string text;         // sent unchanged
        bool then_close = false;  // whether to close the connection afterwards
    };
    // Called for each request with its head and body, on one of several threads.
    using Script = std::function<Reply(const std::string& request)>;

    explicit ScriptedServer(Script script);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    // All requests so far.
    [[nodiscard]] std::vector<std::string> requests();
    // Connections opened so far.
    [[nodiscard]] int connections() const { return connections_; }
    // Connections that it has closed so far.
    [[nodiscard]] int ended() const { return ended_; }
    // Bytes received so far.
    [[nodiscard]] std::size_t received() const { return received_; }
    // Bytes sent so far.
    [[nodiscard]] std::size_t sent() const { return sent_; }

private:
    void accept_all();
    void serve(int socket);

    Script script_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::atomic<int> ended_ = 0;
    std::atomic<std::size_t> received_ = 0;
    std::atomic<std::size_t> sent_ = 0;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

// A connection to a port of this machine.
class PlainClient {
public:
    explicit PlainClient(std::uint16_t port);
    ~PlainClient();
    PlainClient(const PlainClient&) = delete;
    PlainClient& operator=(const PlainClient&) = delete;

    void send(std::string_view text) const;
    // Reads up to and including `end`, or until the connection ends or is silent for two minutes.
    std::string receive_until(std::string_view end);
    // Reads until the connection ends.
    std::string receive_all();

private:
    int socket_;
    std::string received_;
};

// Sends the text on a new connection and returns everything received until it ends.
std::string fetch(std::uint16_t port, std::string_view text);

}  // namespace mindspace::http
