#pragma once
// How often a caller may do something: the generic cell rate algorithm (ITU-T I.371) over one number, the theoretical
// arrival time. `quota` calls may come at once, then one per window / quota, so that no caller can gain by waiting for
// a window to end.

#include "platform/base/time.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace mindspace::limits {

struct Policy {
    // `quota` must be above 0.
    Policy(std::string_view name_of_class, double calls, Seconds per)
        : name(name_of_class), quota(calls), window(per), interval(static_cast<double>(per.count()) * 1e6 / calls) {}

    std::string_view name;  // of the class, as in the headers
    double quota;           // calls
    Seconds window;
    double interval;  // microseconds that one call consumes

    [[nodiscard]] double window_micros() const { return static_cast<double>(window.count()) * 1e6; }
};

struct RateLimitDecision {
    bool allowed = true;
    std::uint64_t remaining = 0;  // calls that would be allowed now
    Seconds reset{};              // until the complete quota is available again
    Seconds retry_after{};        // until the next call is allowed, if this one is not
};

// Builds the decision once it is known how far the arrival time is ahead of the clock: by `backlog` microseconds,
// including this call if it was allowed.
inline RateLimitDecision make_decision(const Policy& policy, bool allowed, double backlog) {
    auto seconds = [](double micros) { return Seconds(static_cast<std::int64_t>(std::ceil(micros / 1e6))); };
    RateLimitDecision decision{.allowed = allowed,
                               .remaining = static_cast<std::uint64_t>(
                                   std::max(0.0, (policy.window_micros() - backlog) / policy.interval + 1e-6)),
                               .reset = seconds(backlog)};
    if (!allowed)
        decision.retry_after = std::max(Seconds(1), seconds(backlog + policy.interval - policy.window_micros()));
    return decision;
}

// Converts the time of any clock to the unit of Gcra.
template <class TimePoint>
double microseconds(TimePoint at) {
    return std::chrono::duration<double, std::micro>(at.time_since_epoch()).count();
}

// One key's state in this process. The arithmetic is the same as in gcra.lua, for Redis.
struct Gcra {
    double arrival = 0;  // microseconds on the caller's clock; a time up to now means a new key

    // Makes `calls` calls at once, all or none.
    bool admit(const Policy& policy, double now, double calls = 1) {
        const double next = std::max(arrival, now) + calls * policy.interval;
        if (next - now > policy.window_micros() + 0.5) return false;
        arrival = next;
        return true;
    }

    RateLimitDecision consume(const Policy& policy, double now) {
        const bool allowed = admit(policy, now);
        return make_decision(policy, allowed, std::max(0.0, arrival - now));
    }
};

}  // namespace mindspace::limits
