#pragma once
// A limit in every window (sliding_window.h) for each of many keys, counted in this process only. A key whose complete
// quota is available again is removed, so memory is limited by the calls within the window. Belongs to one core.

#include "platform/limits/sliding_window.h"

#include <algorithm>
#include <cstddef>
#include <unordered_map>

namespace mindspace::limits {

template <class Key>
class LocalLimiter {
public:
    explicit LocalLimiter(Policy policy) : policy_(policy) {}

    // Makes a call; above the quota returns false and counts nothing. `now` is in microseconds and should not go back.
    bool admit(const Key& key, double now) {
        if (states_.size() >= cleanup_size_) remove_unused(now);
        return states_[key].admit(policy_, now);
    }

    [[nodiscard]] const Policy& policy() const { return policy_; }
    [[nodiscard]] std::size_t size() const { return states_.size(); }

private:
    static constexpr std::size_t kMinCleanupSize = 64;

    // Runs when the map has twice the size that was left the last time: its cost is spread over as many calls.
    void remove_unused(double now) {
        std::erase_if(states_, [now](const auto& entry) { return entry.second.is_unused(now); });
        cleanup_size_ = std::max(kMinCleanupSize, 2 * states_.size());
    }

    Policy policy_;
    std::unordered_map<Key, SlidingWindow> states_;
    std::size_t cleanup_size_ = kMinCleanupSize;
};

}  // namespace mindspace::limits
