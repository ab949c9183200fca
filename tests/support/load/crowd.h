#pragma once
// Many people who sit with a group, each with one socket, which one thread serves for all. Who loses the socket comes
// back, as a client does that is told `drain`, and each keeps a record of when they were connected.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mindspace::integration {

class Crowd {
public:
    using Clock = std::chrono::steady_clock;
    struct Sitter {
        std::string id;
        std::string access_token;
        // When they were connected; readable after stop().
        std::vector<std::pair<Clock::time_point, Clock::time_point>> presence{};
        bool has_heard_the_end = false;
        bool comes_back = true;
    };

    // The first is the host, and starts the group when all are there.
    Crowd(std::vector<Sitter> sitters, std::string group, std::uint16_t port);
    ~Crowd();
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    void start_the_group();
    // Where they connect from now on, each at a moment of their own within that time after the loss.
    void go_to(std::uint16_t port, std::chrono::milliseconds within);
    // The last `count` stay away once their sockets break.
    void let_go(std::size_t count);
    [[nodiscard]] std::size_t joined() const { return joined_; }
    [[nodiscard]] std::size_t heard_the_end() const { return ended_; }
    // Ends all sockets. Their records.
    const std::vector<Sitter>& stop();

private:
    struct Seat;
    void connect(const std::shared_ptr<Seat>& seat);
    void read(const std::shared_ptr<Seat>& seat);
    void hear(Seat& seat);
    void lose(const std::shared_ptr<Seat>& seat);
    void come_back(const std::shared_ptr<Seat>& seat, std::chrono::milliseconds within);

    boost::asio::io_context loop_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
    std::vector<Sitter> sitters_;
    std::string group_;
    std::vector<std::shared_ptr<Seat>> seats_;
    std::minstd_rand random_{20261129};
    std::atomic<std::uint16_t> port_;
    std::atomic<std::int64_t> within_ms_ = 0;
    std::atomic<std::size_t> joined_ = 0;
    std::atomic<std::size_t> ended_ = 0;
    bool is_stopped_ = false;
    std::thread thread_;
};

}  // namespace mindspace::integration
