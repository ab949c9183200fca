#pragma once
// Many sockets on one thread, and what is done with them. Open loop: what is sent has its time, however late the
// answers are, and latencies count from that time.

#include "swarm/client.h"
#include "swarm/latencies.h"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace swarm {

// CLOCK_MONOTONIC, which all processes of the machine share.
std::int64_t now_ns();

class Swarm {
public:
    explicit Swarm(std::vector<Seat> seats);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    // Each returns its report, one line of JSON.
    // Opens all sockets, so many at once, says hello, and waits for each welcome. Whoever is sent away for the moment
    // comes back, as the API wants it: later each time, five times at most.
    std::string join(std::size_t at_once);
    // Reads what comes and answers pings.
    std::string idle(double seconds);
    // Sends reactions, so many a second, in turn from all sockets; each comes back to its whole room.
    std::string react(double rate, double seconds);
    // At `at_ns` the hosts start their groups; bells are rung at the times that `start` tells.
    std::string start(std::int64_t at_ns, double countdown_seconds);

private:
    // Handles what comes until `until_ns`, or `is_done`.
    void turn(std::int64_t until_ns, const std::function<bool()>& is_done = {});
    void handle(Client& client, std::string_view text);
    void begin(std::size_t number);
    void drop(Client& client);
    void come_back();
    void send_time_questions();
    [[nodiscard]] std::string codes_to_json() const;
    [[nodiscard]] std::int64_t next_bell() const;
    void ring_bells();

    std::vector<Seat> seats_;
    std::vector<Client> clients_;
    int epoll_;
    std::size_t connecting_ = 0;
    std::size_t joined_ = 0;
    std::size_t lost_ = 0;
    std::size_t came_back_ = 0;
    bool is_joining_ = false;
    std::multimap<std::int64_t, std::size_t> absent_;  // when each comes back
    std::minstd_rand random_;
    std::map<int, std::size_t> close_codes_;
    std::int64_t started_at_ns_ = 0;
    Latencies starts_;
    Latencies deliveries_;
    Latencies bell_errors_;
    std::multimap<std::int64_t, double> bells_;  // when each client rings, and when it should, as the server counts
};

}  // namespace swarm
