#pragma once
// Sends prepared requests to a server on loopback and measures the responses: as a closed loop (each connection sends
// when its last response has arrived), or as an open loop (requests are due at a fixed rate, however late the responses
// are, and latencies count from these times). One thread runs one Pace; their results add up.

#include "latencies.h"
#include "pace/connection.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pace {

struct Plan {
    std::uint16_t port = 0;
    std::size_t connections = 64;
    double seconds = 0;  // 0: until each request was sent once
    double rate = 0;     // per second; 0: closed loop
    bool saves_bodies = false;
    std::vector<std::string_view>
        requests;  // sent in turn, from the beginning again when they end and `seconds` have not
};

struct Result {
    bench::Latencies latencies;
    std::map<int, std::size_t> statuses;
    std::string bodies;  // one per line
    double seconds = 0;  // from the first to the last response
};

class Pace {
public:
    explicit Pace(const Plan& plan);
    ~Pace();
    Pace(const Pace&) = delete;
    Pace& operator=(const Pace&) = delete;

    Result run();

private:
    [[nodiscard]] bool has_more(std::int64_t now) const;
    // When the next request of an open loop is due.
    [[nodiscard]] std::int64_t next_due() const;
    void schedule(std::int64_t now);
    void send(std::size_t number, std::int64_t due);
    void finish(std::size_t number, const Response& response);

    const Plan& plan_;
    std::vector<Connection> connections_;
    std::vector<std::size_t> idle_;
    std::deque<std::int64_t> due_;  // times of requests that wait for a connection
    Result result_;
    int epoll_;
    std::int64_t began_ns_ = 0;
    std::size_t scheduled_ = 0;
    std::size_t sent_ = 0;
    std::size_t in_flight_ = 0;
};

}  // namespace pace
