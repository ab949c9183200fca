#pragma once
// How a client learns the server's clock: from questions and answers (`time`), of which the one that was on the way for
// the shortest time is right, as it cannot have been held up much on either way. RFC 5905, section 10.

#include <limits>

namespace mindspace::integration {

class ClockEstimate {
public:
    // All in milliseconds: sent and received by the client's clock, t1 and t2 by the server's.
    void add(double t0, double t1, double t2, double t3) {
        const auto delay = (t3 - t0) - (t2 - t1);
        if (delay >= delay_) return;
        delay_ = delay;
        offset_ = ((t1 - t0) + (t2 - t3)) / 2;
    }
    // What the server's clock is ahead of the client's.
    [[nodiscard]] double offset() const { return offset_; }

private:
    double delay_ = std::numeric_limits<double>::infinity();
    double offset_ = 0;
};

}  // namespace mindspace::integration
