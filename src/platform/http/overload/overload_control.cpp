#include "platform/http/overload/overload_control.h"

#include "platform/http/api/endpoint.h"
#include "platform/telemetry/log/log.h"

#include <algorithm>
#include <utility>

namespace mindspace::http {

namespace {

constexpr auto kTickInterval = std::chrono::milliseconds(10);
constexpr int kIterationsPerRequest = 4;  // of the loop, until a request is finished, roughly
constexpr auto kPause = std::chrono::milliseconds(25);
constexpr auto kMaxPause = std::chrono::milliseconds(400);
constexpr auto kDelayStep = std::chrono::milliseconds(1);
constexpr auto kLogPause = std::chrono::seconds(10);

constexpr std::size_t index_of(Queue queue) {
    return static_cast<std::size_t>(queue);
}

double in_milliseconds(OverloadControl::Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

OverloadControl::OverloadControl(asio::io_context& loop, Duration target, DatabaseDelay database)
    : timer_(loop),
      database_(std::move(database)),
      gates_{QueueGate(target), QueueGate(target), QueueGate(target)},
      start_queue_(loop) {}

OverloadControl::~OverloadControl() {
    stop();
}

void OverloadControl::stop() {
    timer_.cancel();
}

bool OverloadControl::admits(const Endpoint* endpoint, TimePoint now) {
    const auto priority = priority_of(endpoint);
    was_queried_ = true;
    if (!is_ticking_) tick_at(now + kTickInterval);
    if (!passes_gate(Queue::loop, priority, loop_delay(now), now)) return false;
    const auto queue = database_queue(endpoint);
    return !queue || passes_gate(*queue, priority, database_delay(*queue, now), now);
}

Priority OverloadControl::priority_of(const Endpoint* endpoint) {
    return endpoint != nullptr ? endpoint->declaration.priority : Priority::usual;
}

// The queue of the database client that the request is likely to need.
std::optional<Queue> OverloadControl::database_queue(const Endpoint* endpoint) {
    if (endpoint == nullptr || endpoint->forwarded || endpoint->declaration.cached) return std::nullopt;
    return endpoint->declaration.method == Method::get ? Queue::reads : Queue::writes;
}

void OverloadControl::begin(const Endpoint* endpoint) {
    ++served_;
    if (const auto queue = database_queue(endpoint)) ++in_flight(*queue);
}

void OverloadControl::end(const Endpoint* endpoint) {
    --served_;
    if (const auto queue = database_queue(endpoint)) --in_flight(*queue);
}

OverloadControl::TimePoint OverloadControl::delay_after_refusal(TimePoint now) {
    next_slot_ = std::clamp<TimePoint>(next_slot_ + kDelayStep, now + kPause, now + kMaxPause);
    return next_slot_;
}

bool OverloadControl::passes_gate(Queue queue, Priority priority, Duration delay, TimePoint now) {
    delays_[index_of(queue)].observe(delay);
    if (gates_[index_of(queue)].admits(priority, delay, now) || has_few_requests()) return true;
    refused_[index_of(queue)][static_cast<std::size_t>(priority)].add(1);
    return false;
}

// How long a request waits for all iterations of the loop that it needs. A request that arrives while the timer is
// overdue has waited at least as long as the timer.
OverloadControl::Duration OverloadControl::loop_delay(TimePoint now) const {
    return std::max(kIterationsPerRequest * std::max(last_delay_, now - due_), start_queue_.delay(now));
}

// How long it waits for the database: first for the loop, then for the requests that have been started before it.
OverloadControl::Duration OverloadControl::database_delay(Queue queue, TimePoint now) const {
    return loop_delay(now) + database_(queue, in_flight_[index_of(queue)], now);
}

void OverloadControl::tick_at(TimePoint due) {
    is_ticking_ = true;
    due_ = due;
    timer_.expires_at(due);
    timer_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped) tick(std::chrono::steady_clock::now());
    });
}

void OverloadControl::tick(TimePoint now) {
    last_delay_ = now - due_;
    gates_[index_of(Queue::loop)].observe(loop_delay(now), now);
    for (const auto queue : {Queue::reads, Queue::writes})
        gates_[index_of(queue)].observe(database_delay(queue, now), now);
    update_state(now);
    if (std::exchange(was_queried_, false) || is_overloaded()) return tick_at(now + kTickInterval);
    is_ticking_ = false;
    last_delay_ = {};
}

// Logs the beginning and the end, with a minimum pause.
void OverloadControl::update_state(TimePoint now) {
    const auto overloaded = std::ranges::find_if(gates_, &QueueGate::is_overloaded);
    const bool is_overloaded_now = overloaded != gates_.end();
    if (is_overloaded_now == is_overloaded()) return;
    overloaded_.set(is_overloaded_now ? 1 : 0);
    std::uint64_t refused = 0;
    for (const auto& of_queue : refused_)
        for (const auto& counter : of_queue) refused += counter.value();
    if (is_overloaded_now) {
        if (logged_at_ != TimePoint{} && now - logged_at_ < kLogPause) return;
        logged_at_ = now;
        is_logged_ = true;
        const auto queue = static_cast<std::size_t>(overloaded - gates_.begin());
        log::warn("overloaded: requests that cannot be served in time are refused",
                  {{"event.action", "overload_began"},
                   {"mindspace.queue", names_of(Queue{})[queue]},
                   {"mindspace.loop_delay_ms", in_milliseconds(last_delay_)}});
    } else if (std::exchange(is_logged_, false)) {
        log::info("no longer overloaded", {{"event.action", "overload_ended"},
                                           {"mindspace.refused", refused - std::exchange(refused_before_, refused)}});
    }
}

void collect(const std::vector<const OverloadControl*>& cores, telemetry::Page& page) {
    std::int64_t overloaded = 0;
    for (const auto* core : cores) overloaded += core->overloaded_.value();
    page.gauge("mindspace_overloaded", "Cores that refuse requests that they cannot serve in time.", overloaded);
    for (std::size_t queue = 0; queue < OverloadControl::kQueues; ++queue) {
        const std::string name(names_of(Queue{})[queue]);
        telemetry::HistogramSum delay;
        for (const auto* core : cores) delay += core->delays_[queue];
        page.histogram("mindspace_queue_delay_seconds",
                       "Expected wait of requests for the event loop and for the database.", delay, {{"queue", name}});
        for (std::size_t priority = 0; priority < OverloadControl::kPriorities; ++priority) {
            std::uint64_t refused = 0;
            for (const auto* core : cores) refused += core->refused_[queue][priority].value();
            if (priority == static_cast<std::size_t>(Priority::first)) continue;  // never refused
            page.counter("mindspace_overload_refused", "Requests refused because they would have waited too long.",
                         refused, {{"queue", name}, {"priority", std::string(names_of(Priority{})[priority])}});
        }
    }
}

}  // namespace mindspace::http
