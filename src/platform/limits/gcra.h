#pragma once
// How often somebody may do something: the generic cell rate algorithm (ITU-T I.371) over one number, the theoretical
// arrival time. `quota` calls may come at once, and then one each window / quota, so that nobody can gain by waiting
// for a window to turn.

#include "platform/base/time.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace mindspace::limits {

struct Policy {
    // `quota` above 0.
    Policy(std::string_view name_of_class, double calls, Seconds per)
        : name(name_of_class), quota(calls), window(per), interval(static_cast<double>(per.count()) * 1e6 / calls) {}

    std::string_view name;  // of the class, as the headers say it
    double quota;           // calls
    Seconds window;
    double interval;  // microseconds that one call uses up

    [[nodiscard]] double whole() const { return static_cast<double>(window.count()) * 1e6; }
};

struct Verdict {
    bool allowed = true;
    std::uint64_t remaining = 0;  // calls that would be allowed now
    Seconds reset{};              // until the whole quota is there again
    Seconds retry_after{};        // until the next call is allowed, when this one is not
};

// What is left to say once it is known how far the arrival time runs ahead of the clock: `backlog` microseconds, with
// this call if it was allowed.
inline Verdict make_verdict(const Policy& policy, bool allowed, double backlog) {
    auto seconds = [](double micros) { return Seconds(static_cast<std::int64_t>(std::ceil(micros / 1e6))); };
    Verdict verdict{
        .allowed = allowed,
        .remaining = static_cast<std::uint64_t>(std::max(0.0, (policy.whole() - backlog) / policy.interval + 1e-6)),
        .reset = seconds(backlog)};
    if (!allowed) verdict.retry_after = std::max(Seconds(1), seconds(backlog + policy.interval - policy.whole()));
    return verdict;
}

// What Gcra counts in, of whichever clock.
template <class TimePoint>
double microseconds(TimePoint at) {
    return std::chrono::duration<double, std::micro>(at.time_since_epoch()).count();
}

// One key's state in this process. The same arithmetic as gcra.lua, for Redis.
struct Gcra {
    double arrival = 0;  // microseconds on the caller's clock; up to now: as a new key

    // Makes `calls` at once, all of them or none.
    bool admit(const Policy& policy, double now, double calls = 1) {
        const double next = std::max(arrival, now) + calls * policy.interval;
        if (next - now > policy.whole() + 0.5) return false;
        arrival = next;
        return true;
    }

    Verdict take(const Policy& policy, double now) {
        const bool allowed = admit(policy, now);
        return make_verdict(policy, allowed, std::max(0.0, arrival - now));
    }
};

}  // namespace mindspace::limits
