#pragma once
// Decides which requests one core can serve in time, and refuses the others (503 `overloaded`, before any work is done
// for them). It watches the queues in which requests wait: ready handlers on the loop, and statements for the database.
// The loop cannot report how long a handler has been ready, but a timer can measure it: when due, it joins the same
// queue of ready handlers, so it is as late as everything else. Above a small number, requests wait to be started
// (start_queue.h). Used on the core's loop; no locks, and no timer runs while no requests arrive.

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

// The queues in which a request waits.
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
    // How long a statement waits if `ahead` requests that are being served come before it.
    using DatabaseDelay = std::function<Duration(Queue, std::size_t ahead, TimePoint)>;

    // `target` is the longest accepted wait during an overload.
    OverloadControl(asio::io_context& loop, Duration target, DatabaseDelay database);
    ~OverloadControl();
    OverloadControl(const OverloadControl&) = delete;
    OverloadControl& operator=(const OverloadControl&) = delete;

    // Stops the timer.
    void stop();

    // False if the request must be refused. `endpoint` is null for a request without one.
    [[nodiscard]] bool admits(const Endpoint* endpoint, TimePoint now);

    // Whether an admitted request must wait before it is started. Endpoints with priority `first` never wait.
    [[nodiscard]] bool must_wait(const Endpoint* endpoint) const {
        return !has_few_requests() && priority_of(endpoint) != Priority::first;
    }
    Awaitable<> wait_to_start() { return start_queue_.wait(); }

    // When a refused client that retries at once is served again. Each gets a later time than the one before, so that
    // clients that ignore Retry-After cost little.
    [[nodiscard]] TimePoint delay_after_refusal(TimePoint now);

    // The beginning and the end of serving a request.
    void begin(const Endpoint* endpoint);
    void end(const Endpoint* endpoint);

    [[nodiscard]] bool is_overloaded() const { return overloaded_.value() != 0; }

    // So few concurrent requests are not an overload, however slow the machine is.
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
    std::array<std::size_t, kQueues> in_flight_{};  // requests that wait for the database or use it
    TimePoint due_{};                               // of the timer
    Duration last_delay_{};
    bool is_ticking_ = false;
    bool was_queried_ = false;  // since the last tick
    TimePoint next_slot_{};
    TimePoint logged_at_{};  // when an overload was last logged
    bool is_logged_ = false;
    std::uint64_t refused_before_ = 0;

    telemetry::Gauge overloaded_;  // 0 or 1
    std::array<std::array<telemetry::Counter, kPriorities>, kQueues> refused_;
    std::array<telemetry::Histogram, kQueues> delays_;

    StartQueue start_queue_;
};

// Adds the metrics of all cores to the page.
void collect(const std::vector<const OverloadControl*>& cores, telemetry::Page& page);

}  // namespace mindspace::http
