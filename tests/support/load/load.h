#pragma once
// Many clients at once, from one thread: each has a connection of its own and one request under way, comes back as soon
// as it may, and ignores Retry-After. For what wrk does, and with the times of each status apart.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mindspace::integration {

struct LoadPlan {
    std::uint16_t port;                 // of this machine
    std::vector<std::string> requests;  // whole ones, taken in turn
    std::size_t connections;
    double rate = 0;  // requests a second, at which they are sent as long as a connection is free; 0: each at once
    std::chrono::milliseconds length;
    std::function<bool()> is_over{};  // asked now and then; ends it before its time
};

// Of the responses with one status, from sending to the whole response.
class ResponseTimes {
public:
    void add(std::chrono::steady_clock::duration took) { times_.push_back(took); }
    [[nodiscard]] std::size_t count() const { return times_.size(); }
    // What that share of them took at most; zero without any.
    [[nodiscard]] std::chrono::duration<double, std::milli> quantile(double share) const;

private:
    std::vector<std::chrono::steady_clock::duration> times_;
};

struct LoadReport {
    std::map<int, ResponseTimes> by_status;
    ResponseTimes first_refusals;  // those with 503 of clients that did not come back before Retry-After
    std::size_t broken = 0;        // connections that ended without a whole response; they are opened again
    std::chrono::duration<double> took{};
    std::chrono::milliseconds last_refusal{-1};  // when the last 503 came, from the beginning; -1: none

    [[nodiscard]] std::size_t count(int status) const;
    [[nodiscard]] double per_second(int status) const { return static_cast<double>(count(status)) / took.count(); }
    [[nodiscard]] double milliseconds(int status, double share) const;
};

LoadReport load(const LoadPlan& plan);

}  // namespace mindspace::integration
