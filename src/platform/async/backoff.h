#pragma once
// Growing, jittered pauses between attempts, so that clients do not all reconnect at once to a server that recovers.
// Used by one coroutine.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

namespace mindspace {

class Backoff {
public:
    static constexpr Milliseconds kFirst{50};
    static constexpr Milliseconds kMaxDelay{1600};

    explicit Backoff(Milliseconds first = kFirst, Milliseconds max_delay = kMaxDelay)
        : first_(first), max_delay_(max_delay), next_(first) {}

    // Waits for a random time between half of the current interval and all of it. The interval starts at `first` and
    // doubles each time up to `max_delay`.
    Awaitable<> pause();
    // Returns the length of the next pause without waiting.
    [[nodiscard]] Milliseconds next();
    // Called after a successful attempt.
    void reset() { next_ = first_; }

private:
    Milliseconds first_;
    Milliseconds max_delay_;
    Milliseconds next_;
};

}  // namespace mindspace
