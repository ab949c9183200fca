#pragma once
// Limits the delay of one queue (after CoDel, RFC 8289, and Facebook's use of it for requests: "Fail at Scale", ACM
// Queue 2015). Bursts are allowed: a queue counts as overloaded only after its delay has exceeded the target during a
// complete interval. From then on requests that would wait longer than the target are refused, until the delay has
// been within the target for some time. A state machine without a clock.

#include "platform/http/api/priority.h"

#include <chrono>
#include <optional>

namespace mindspace::http {

class QueueGate {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    explicit QueueGate(Duration target) : target_(target) {}

    // Whether to serve a request that would wait for `delay`.
    [[nodiscard]] bool admits(Priority priority, Duration delay, TimePoint now);
    // Reports the current delay. Also called when there are no requests, so that the end of an overload is detected.
    void observe(Duration delay, TimePoint now);
    [[nodiscard]] bool is_overloaded() const { return is_overloaded_; }

    static constexpr std::chrono::milliseconds kInterval{100};
    static constexpr std::chrono::milliseconds kRecoveryTime{1000};

private:
    Duration target_;
    std::optional<TimePoint> above_since_{};  // above the target without interruption
    TimePoint last_above_{};
    bool is_overloaded_ = false;
};

}  // namespace mindspace::http
