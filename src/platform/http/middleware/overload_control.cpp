#include "platform/http/middleware/overload_control.h"

#include "platform/http/api/endpoint.h"
#include "platform/telemetry/log/log.h"

#include <algorithm>
#include <utility>

namespace mindspace::http {

namespace {

constexpr auto kTick = std::chrono::milliseconds(10);
constexpr int kLoopShare = 4;
constexpr auto kPause = std::chrono::milliseconds(25);
constexpr auto kLongestPause = std::chrono::milliseconds(500);
constexpr auto kShortestTurn = std::chrono::microseconds(100);
constexpr auto kLongestTurn = std::chrono::milliseconds(5);
constexpr auto kLogPause = std::chrono::seconds(10);

constexpr std::size_t index_of(Queue queue) {
    return static_cast<std::size_t>(queue);
}

double in_milliseconds(OverloadControl::Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

OverloadControl::OverloadControl(asio::io_context& loop, Duration target, DatabaseDelay database)
    : loop_target_(target / kLoopShare),
      timer_(loop),
      database_(std::move(database)),
      gates_{QueueGate(loop_target_), QueueGate(target), QueueGate(target)},
      turn_length_(kShortestTurn) {}

OverloadControl::~OverloadControl() {
    stop();
}

void OverloadControl::stop() {
    timer_.cancel();
}

bool OverloadControl::admits(const Endpoint* endpoint, TimePoint now) {
    const auto priority = endpoint != nullptr ? endpoint->declaration.priority : Priority::usual;
    if (!passes(Queue::loop, priority, loop_delay(now), now)) return false;
    const auto queue = database_queue(endpoint);
    return !queue || passes(*queue, priority, database_(*queue, on_their_way(*queue), now), now);
}

// Where the request stands in the database's client, if it needs that as a rule.
std::optional<Queue> OverloadControl::database_queue(const Endpoint* endpoint) {
    if (endpoint == nullptr || endpoint->forwarded || endpoint->declaration.cached) return std::nullopt;
    return endpoint->declaration.method == Method::get ? Queue::reads : Queue::writes;
}

OverloadControl::TimePoint OverloadControl::turn_after_refusal(TimePoint now) {
    next_turn_ += turn_length_;
    if (next_turn_ < now + kPause || next_turn_ > now + kLongestPause) next_turn_ = now + kPause;  // from the beginning
    return next_turn_;
}

bool OverloadControl::passes(Queue queue, Priority priority, Duration delay, TimePoint now) {
    delays_[index_of(queue)].observe(delay);
    if (gates_[index_of(queue)].admits(priority, delay, now) || served_ < kFew) return true;
    refused_[index_of(queue)][static_cast<std::size_t>(priority)].add(1);
    return false;
}

// What is handled while the timer is overdue has waited as long, at least.
OverloadControl::Duration OverloadControl::loop_delay(TimePoint now) {
    was_asked_ = true;
    if (!is_ticking_) tick_at(now + kTick);
    return std::max(last_delay_, now - due_);
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
    gates_[index_of(Queue::loop)].observe(last_delay_, now);
    for (const auto queue : {Queue::reads, Queue::writes})
        gates_[index_of(queue)].observe(database_(queue, on_their_way(queue), now), now);
    turn_length_ = last_delay_ > loop_target_ ? std::min<Duration>(turn_length_ * 5 / 4, kLongestTurn)
                                              : std::max<Duration>(turn_length_ * 9 / 10, kShortestTurn);
    note_state(now);
    if (std::exchange(was_asked_, false) || is_overloaded()) return tick_at(now + kTick);
    is_ticking_ = false;
    last_delay_ = {};
}

// The log is told of the beginning and of the end, at most once in a while.
void OverloadControl::note_state(TimePoint now) {
    const auto overloaded = std::ranges::find_if(gates_, &QueueGate::is_overloaded);
    const bool is_overloaded_now = overloaded != gates_.end();
    if (is_overloaded_now == is_overloaded()) return;
    overloaded_.set(is_overloaded_now ? 1 : 0);
    std::uint64_t refused = 0;
    for (const auto& of_queue : refused_)
        for (const auto& counter : of_queue) refused += counter.value();
    if (is_overloaded_now) {
        if (told_at_ != TimePoint{} && now - told_at_ < kLogPause) return;
        told_at_ = now;
        is_told_ = true;
        const auto queue = static_cast<std::size_t>(overloaded - gates_.begin());
        log::warn("overloaded: what cannot be served in time is refused",
                  {{"event.action", "overload_began"},
                   {"mindspace.queue", names_of(Queue{})[queue]},
                   {"mindspace.loop_delay_ms", in_milliseconds(last_delay_)}});
    } else if (std::exchange(is_told_, false)) {
        log::info("no longer overloaded", {{"event.action", "overload_ended"},
                                           {"mindspace.refused", refused - std::exchange(refused_before_, refused)}});
    }
}

void collect(const std::vector<const OverloadControl*>& cores, telemetry::Page& page) {
    std::int64_t overloaded = 0;
    for (const auto* core : cores) overloaded += core->overloaded_.value();
    page.gauge("mindspace_overloaded", "Cores that refuse what they cannot serve in time.", overloaded);
    for (std::size_t queue = 0; queue < OverloadControl::kQueues; ++queue) {
        const std::string name(names_of(Queue{})[queue]);
        telemetry::HistogramSum delay;
        for (const auto* core : cores) delay += core->delays_[queue];
        page.histogram("mindspace_queue_delay_seconds",
                       "What requests waited in the loop, and what was ahead of them at the database.", delay,
                       {{"queue", name}});
        for (std::size_t priority = 0; priority < OverloadControl::kPriorities; ++priority) {
            std::uint64_t refused = 0;
            for (const auto* core : cores) refused += core->refused_[queue][priority].value();
            if (priority == static_cast<std::size_t>(Priority::first)) continue;  // never
            page.counter("mindspace_overload_refused", "Requests refused because they would have waited too long.",
                         refused, {{"queue", name}, {"priority", std::string(names_of(Priority{})[priority])}});
        }
    }
}

}  // namespace mindspace::http
