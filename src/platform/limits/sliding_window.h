#pragma once
// A limit that holds in every window: never more than `quota` calls within `window`, and no call within the quota is
// refused. It consists of several Gcra, each of which admits one call per window; a single one for the complete quota
// (gcra.h) costs one number, but admits up to twice the quota in a window. For limits that clients may rely on exactly.
// The script react.lua does the same in Redis.

#include "platform/limits/gcra.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mindspace::limits {

class SlidingWindow {
public:
    // Makes a call; above the quota returns false and counts nothing. At least one call per window is admitted.
    bool admit(const Policy& policy, double now) {
        const auto quota = std::max<std::size_t>(1, static_cast<std::size_t>(policy.quota));
        const Policy once(policy.name, 1, policy.window);
        Gcra call = calls_.size() >= quota ? calls_[calls_.size() - quota] : Gcra{};
        if (!call.admit(once, now)) return false;
        calls_.push_back(call);
        if (calls_.front().arrival <= now) calls_.erase(calls_.begin());
        return true;
    }

    // Whether the complete quota is available.
    [[nodiscard]] bool is_unused(double now) const { return calls_.empty() || calls_.back().arrival <= now; }

private:
    std::vector<Gcra> calls_;  // the latest ones, oldest first
};

}  // namespace mindspace::limits
