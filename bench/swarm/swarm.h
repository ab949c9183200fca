#pragma once
// Many sockets on one thread, and the scenarios that use them. Open loop: messages are sent at scheduled times, however
// late the responses are, and latencies count from these times.

#include "latencies.h"
#include "swarm/client.h"

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
    explicit Swarm(std::vector<SocketPlan> plans);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    // Each scenario returns its report, one line of JSON.
    // Opens all sockets, `at_once` of them concurrently, sends hello, and waits for each welcome. A temporarily refused
    // socket retries as the API requires: with increasing delays, five times at most.
    std::string join(std::size_t at_once, Credential credential);
    // Reads messages and replies to pings.
    std::string idle(double seconds);
    // Sends `rate` reactions per second, round robin from all sockets; each is delivered to its whole room.
    std::string react(double rate, double seconds);
    // At `at_ns` the hosts start their groups; bells ring at the times in `start`.
    std::string start(std::int64_t at_ns, double countdown_seconds);

private:
    // Handles events until `until_ns`, or until `is_done`.
    void run_until(std::int64_t until_ns, const std::function<bool()>& is_done = {});
    void handle(Client& client, std::string_view text);
    void begin(std::size_t number);
    void drop(Client& client);
    void reconnect();
    void send_time_requests();
    [[nodiscard]] std::string codes_to_json() const;
    [[nodiscard]] std::int64_t next_bell() const;
    void ring_bells();

    std::vector<SocketPlan> plans_;
    std::vector<Client> clients_;
    int epoll_;
    std::size_t connecting_ = 0;
    std::size_t joined_ = 0;
    std::size_t lost_ = 0;
    std::size_t reconnected_ = 0;
    bool is_joining_ = false;
    Credential credential_ = Credential::token;
    std::multimap<std::int64_t, std::size_t> waiting_;  // retry time of each refused socket
    std::minstd_rand random_;
    std::map<int, std::size_t> close_codes_;
    std::int64_t started_at_ns_ = 0;
    bench::Latencies joins_;
    bench::Latencies starts_;
    bench::Latencies deliveries_;
    bench::Latencies bell_errors_;
    std::multimap<std::int64_t, double> bells_;  // when each client rings, and the server time at which it should
};

}  // namespace swarm
