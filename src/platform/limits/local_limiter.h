#pragma once
// A limit for each of many keys, counted in this process alone. A key that has its whole quota again is forgotten, so
// what it takes is bounded by the keys that were used within the window. Belongs to one core.

#include "platform/limits/gcra.h"

#include <algorithm>
#include <cstddef>
#include <unordered_map>

namespace mindspace::limits {

template <class Key>
class LocalLimiter {
public:
    explicit LocalLimiter(Policy policy) : policy_(policy) {}

    // Makes a call; false, and nothing counted, beyond the quota. `now` in microseconds; it should not go back.
    bool admit(const Key& key, double now) {
        if (states_.size() >= forget_at_) forget_whole(now);
        return states_[key].admit(policy_, now);
    }

    [[nodiscard]] const Policy& policy() const { return policy_; }
    [[nodiscard]] std::size_t size() const { return states_.size(); }

private:
    static constexpr std::size_t kFew = 64;

    // At twice the size that was left the last time: its cost is shared by as many calls.
    void forget_whole(double now) {
        std::erase_if(states_, [now](const auto& entry) { return entry.second.arrival <= now; });
        forget_at_ = std::max(kFew, 2 * states_.size());
    }

    Policy policy_;
    std::unordered_map<Key, Gcra> states_;
    std::size_t forget_at_ = kFew;
};

}  // namespace mindspace::limits
