#pragma once
// Who may join one queue, by the time that its members wait (after CoDel, RFC 8289, and Facebook's use of it for
// requests: "Fail at Scale", ACM Queue 2015). A burst passes: only a queue whose delay has been beyond the target for a
// whole interval is too long. From then on a request that would wait longer than the target is refused at once, until
// the delay has been within it for a while. A state machine without a clock.

#include "platform/http/api/priority.h"

#include <chrono>
#include <optional>

namespace mindspace::http {

class QueueGate {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    explicit QueueGate(Duration target) : target_(target) {}

    // Whether a request that would wait so long is to be served.
    [[nodiscard]] bool admits(Priority priority, Duration delay, TimePoint now);
    // How long the queue is. Also to be called at times without a request, so that the end of an overload is noticed.
    void observe(Duration delay, TimePoint now);
    [[nodiscard]] bool is_overloaded() const { return is_overloaded_; }

    static constexpr std::chrono::milliseconds kInterval{100};
    static constexpr std::chrono::milliseconds kRecoveryTime{1000};

private:
    Duration target_;
    std::optional<TimePoint> above_since_{};  // beyond the target without a break
    TimePoint last_above_{};
    bool is_overloaded_ = false;
};

}  // namespace mindspace::http
