#pragma once
// Whether a channel that pushes changes is known to be intact: its other end has recently replied. A pure state machine
// of one core. The protocol is in docs/decisions/0067-leases-instead-of-round-trips.md.

#include "platform/base/time.h"

#include <algorithm>
#include <chrono>

namespace mindspace::leases {

using TimePoint = std::chrono::steady_clock::time_point;

// How long an answer may be used after the channel was last known to be intact.
inline constexpr Milliseconds kLease{500};
// How often the channel is checked: two checks may fail before leases end.
inline constexpr Milliseconds kBeatInterval{150};

class Heartbeat {
public:
    // The other end has replied to what was sent at `sent_at`: all that it had pushed by then has arrived.
    void confirm(TimePoint sent_at) { until_ = std::max(until_, sent_at + kLease); }
    [[nodiscard]] bool is_fresh(TimePoint now) const { return now < until_; }

private:
    TimePoint until_{};
};

}  // namespace mindspace::leases
