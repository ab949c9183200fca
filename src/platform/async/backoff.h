#pragma once
// Growing, jittered pauses between attempts, so that a server that comes back is not stormed by all at once. For one
// coroutine.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

namespace mindspace {

class Backoff {
public:
    static constexpr Milliseconds kFirst{50};
    static constexpr Milliseconds kLongest{1600};

    explicit Backoff(Milliseconds first = kFirst, Milliseconds longest = kLongest)
        : first_(first), longest_(longest), next_(first) {}

    // Half of the time up to all of it: at first `first`, then doubled each time up to `longest`.
    Awaitable<> pause();
    // The same without the wait.
    [[nodiscard]] Milliseconds next();
    // An attempt went well.
    void reset() { next_ = first_; }

private:
    Milliseconds first_;
    Milliseconds longest_;
    Milliseconds next_;
};

}  // namespace mindspace
