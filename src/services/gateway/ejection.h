#pragma once
// Excludes a node from selection for a while after consecutive failures, longer each time: requests reveal failures
// that health checks do not. A state machine without a clock.

#include <algorithm>
#include <chrono>

namespace mindspace::gateway {

class Ejection {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    void succeed() {
        failures_ = 0;
        rounds_ = 0;
    }
    // True if this failure has ejected the node.
    bool fail(TimePoint now) {
        if (++failures_ < kConsecutiveFailures || is_ejected(now)) return false;
        failures_ = 0;
        until_ = now + std::min(kMinDelay * (1 << rounds_), kMaxDelay);
        rounds_ = std::min(rounds_ + 1, kMaxRounds);
        return true;
    }
    [[nodiscard]] bool is_ejected(TimePoint now) const { return now < until_; }

    static constexpr int kConsecutiveFailures = 5;
    static constexpr std::chrono::milliseconds kMinDelay{1'000};
    static constexpr std::chrono::milliseconds kMaxDelay{30'000};

private:
    static constexpr int kMaxRounds = 5;

    int failures_ = 0;
    int rounds_ = 0;  // consecutive ejections
    TimePoint until_{};
};

}  // namespace mindspace::gateway
