#pragma once
// Many participants of a group, each with one socket, all served by one thread. A participant who loses the socket
// reconnects, like a client that gets `drain`, and each records when it was connected.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mindspace::integration {

class GroupClients {
public:
    using Clock = std::chrono::steady_clock;
    struct Member {
        std::string id;
        std::string access_token;
        // When it was connected; readable after stop().
        std::vector<std::pair<Clock::time_point, Clock::time_point>> presence{};
        bool received_end = false;  // or has been told that the group is over
        bool reconnects = true;
    };

    // The first one is the host.
    GroupClients(std::vector<Member> members, std::string group, std::uint16_t port);
    ~GroupClients();
    GroupClients(const GroupClients&) = delete;
    GroupClients& operator=(const GroupClients&) = delete;

    void start_group() { send_as_host(R"({"type":"start"})"); }
    void end_group() { send_as_host(R"({"type":"end"})"); }
    // From now on they connect to this port, each at a random moment within that time after losing its socket.
    void reconnect_to(std::uint16_t port, std::chrono::milliseconds within);
    // The last `count` members do not reconnect any more.
    void stop_reconnecting(std::size_t count);
    [[nodiscard]] std::size_t joined() const { return joined_; }
    [[nodiscard]] std::size_t received_end() const { return ended_; }
    // Closes all sockets; returns the members with their records.
    const std::vector<Member>& stop();

private:
    struct Connection;
    void send_as_host(std::string_view message);
    void connect(const std::shared_ptr<Connection>& connection);
    void read(const std::shared_ptr<Connection>& connection);
    void handle_frame(Connection& connection);
    void end(Member& member);
    void on_disconnect(const std::shared_ptr<Connection>& connection);
    void reconnect(const std::shared_ptr<Connection>& connection, std::chrono::milliseconds within);

    boost::asio::io_context loop_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
    std::vector<Member> members_;
    std::string group_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::minstd_rand random_{20261129};
    std::atomic<std::uint16_t> port_;
    std::atomic<std::int64_t> within_ms_ = 0;
    std::atomic<std::size_t> joined_ = 0;
    std::atomic<std::size_t> ended_ = 0;
    bool is_stopped_ = false;
    std::thread thread_;
};

}  // namespace mindspace::integration
