#pragma once
// One node: what its pages of the last seconds say, or why there is none.

#include "app/commands/top/totals.h"

#include <chrono>
#include <deque>
#include <string>
#include <string_view>

namespace mindspace::app::top {

inline constexpr std::string_view kRequests = "mindspace_http_requests_total";  // by status

using SteadyTime = std::chrono::steady_clock::time_point;

class Node {
public:
    // Rates and quantiles are of the last ten seconds.
    static constexpr std::chrono::seconds kWindow{10};

    // `name`: HOST:PORT of its management listener.
    explicit Node(std::string name) : name_(std::move(name)) {}

    void take(Totals totals, SteadyTime at);
    // It did not respond. What it said before is forgotten.
    void fail(std::string reason, SteadyTime at);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool is_up() const { return !pages_.empty(); }
    // Why it is down, and since when; empty while it is up or has not been asked yet.
    [[nodiscard]] const std::string& failure() const { return failure_; }
    [[nodiscard]] SteadyTime failed_at() const { return failed_at_; }

    // The newest page; empty if the node is down.
    [[nodiscard]] const Totals& now() const;
    // Growth of a counter per second; kUnknown before the second page.
    [[nodiscard]] double rate(std::string_view counter, std::string_view part = {}) const;
    // A quantile of a histogram's new observations; kUnknown without any.
    [[nodiscard]] double quantile(double q, std::string_view histogram, std::string_view pool = {}) const;

private:
    struct Page {
        SteadyTime at;
        Totals totals;
    };

    std::string name_;
    std::deque<Page> pages_;  // of one process
    std::string failure_;
    SteadyTime failed_at_;
};

}  // namespace mindspace::app::top
