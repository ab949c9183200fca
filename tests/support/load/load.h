#pragma once
// A load generator, like wrk, that reports response times per status: many clients on one thread, each with its own
// connection and one request in flight. They send again as soon as possible and ignore Retry-After.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mindspace::integration {

struct LoadPlan {
    std::uint16_t port;                 // on this machine
    std::vector<std::string> requests;  // complete requests, sent round robin
    std::size_t connections;
    double rate = 0;  // requests per second, skipped while no connection is idle; 0: as fast as possible
    std::chrono::milliseconds length;
    std::function<bool()> should_stop{};  // polled; ends the run early
};

// Times of the responses with one status, from sending to the complete response.
class ResponseTimes {
public:
    void add(std::chrono::steady_clock::duration took) { times_.push_back(took); }
    [[nodiscard]] std::size_t count() const { return times_.size(); }
    // The quantile for that share; zero without any responses.
    [[nodiscard]] std::chrono::duration<double, std::milli> quantile(double share) const;

private:
    std::vector<std::chrono::steady_clock::duration> times_;
};

struct LoadReport {
    std::map<int, ResponseTimes> by_status;
    ResponseTimes first_refusals;  // 503s to clients that waited for Retry-After
    std::size_t broken = 0;        // connections that ended before a complete response; they are reopened
    std::chrono::duration<double> took{};
    std::chrono::milliseconds last_refusal{-1};  // time of the last 503, from the start; -1: none

    [[nodiscard]] std::size_t count(int status) const;
    [[nodiscard]] double per_second(int status) const { return static_cast<double>(count(status)) / took.count(); }
    [[nodiscard]] double milliseconds(int status, double share) const;
};

LoadReport load(const LoadPlan& plan);

}  // namespace mindspace::integration
