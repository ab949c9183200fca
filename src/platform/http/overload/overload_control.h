#pragma once
// What one core can serve in time, and what it refuses when it cannot serve all (503 `overloaded`, before anything is
// done for the request). It watches the queues that a request stands in: what is ready on the loop, and the database's.
// A loop cannot be asked how long something has been ready. A timer can tell: when it is due, it joins the same queue
// (the kernel's list of what is ready), so it is as late as all else. Beyond a few at a time requests wait to be begun
// (start_queue.h). Lives on the core's loop; no lock, and nothing ticks while no request comes.

#include "platform/http/api/priority.h"
#include "platform/http/overload/queue_gate.h"
#include "platform/http/overload/start_queue.h"
#include "platform/telemetry/metrics/page.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace mindspace::http {

namespace asio = boost::asio;

struct Endpoint;

// Where a request waits.
enum class Queue : std::uint8_t {
    loop,
    reads,   // of the database
    writes,  // of the database
};
constexpr auto names_of(Queue) {
    return std::array<std::string_view, 3>{"loop", "database_reads", "database_writes"};
}

class OverloadControl {
public:
    using TimePoint = QueueGate::TimePoint;
    using Duration = QueueGate::Duration;
    // How long a statement waits for its turn, if so many that are being served come before it.
    using DatabaseDelay = std::function<Duration(Queue, std::size_t ahead, TimePoint)>;

    // `target` is how long a request may wait while others are refused for it.
    OverloadControl(asio::io_context& loop, Duration target, DatabaseDelay database);
    ~OverloadControl();
    OverloadControl(const OverloadControl&) = delete;
    OverloadControl& operator=(const OverloadControl&) = delete;

    // Ends the timer.
    void stop();

    // False: the request is to be refused. `endpoint` is null for a request that found none.
    [[nodiscard]] bool admits(const Endpoint* endpoint, TimePoint now);

    // Before an admitted request is begun. What comes first does not wait, nor do few requests.
    [[nodiscard]] bool must_wait(const Endpoint* endpoint) const {
        return !has_few_requests() && priority_of(endpoint) != Priority::first;
    }
    Awaitable<> wait_to_start() { return start_queue_.wait(); }

    // When a client that is refused now is heard again if it comes back at once. They take turns, so that those that
    // ignore Retry-After cost little.
    [[nodiscard]] TimePoint delay_after_refusal(TimePoint now);

    // A request is being served from one to the other.
    void begin(const Endpoint* endpoint);
    void end(const Endpoint* endpoint);

    [[nodiscard]] bool is_overloaded() const { return overloaded_.value() != 0; }

    // So few at a time are no overload, however slow the machine is.
    static constexpr std::size_t kFewRequests = 16;

private:
    friend void collect(const std::vector<const OverloadControl*>& cores, telemetry::Page& page);

    static constexpr std::size_t kQueues = names_of(Queue{}).size();
    static constexpr std::size_t kPriorities = names_of(Priority{}).size();

    [[nodiscard]] bool has_few_requests() const { return served_ + start_queue_.size() < kFewRequests; }
    static Priority priority_of(const Endpoint* endpoint);
    static std::optional<Queue> database_queue(const Endpoint* endpoint);
    std::size_t& in_flight(Queue queue) { return in_flight_[static_cast<std::size_t>(queue)]; }
    [[nodiscard]] Duration loop_delay(TimePoint now) const;
    [[nodiscard]] Duration database_delay(Queue queue, TimePoint now) const;
    bool passes_gate(Queue queue, Priority priority, Duration delay, TimePoint now);
    void tick_at(TimePoint due);
    void tick(TimePoint now);
    void update_state(TimePoint now);

    asio::steady_timer timer_;
    DatabaseDelay database_;
    std::array<QueueGate, kQueues> gates_;
    std::size_t served_ = 0;
    std::array<std::size_t, kQueues> in_flight_{};  // to the database, or there
    TimePoint due_{};                               // of the timer
    Duration last_delay_{};
    bool is_ticking_ = false;
    bool was_queried_ = false;  // since the last tick
    TimePoint next_slot_{};
    TimePoint logged_at_{};  // when the log was told of an overload
    bool is_logged_ = false;
    std::uint64_t refused_before_ = 0;

    telemetry::Gauge overloaded_;  // 0 or 1
    std::array<std::array<telemetry::Counter, kPriorities>, kQueues> refused_;
    std::array<telemetry::Histogram, kQueues> delays_;

    StartQueue start_queue_;
};

// Adds the figures of all cores to the page.
void collect(const std::vector<const OverloadControl*>& cores, telemetry::Page& page);

}  // namespace mindspace::http
