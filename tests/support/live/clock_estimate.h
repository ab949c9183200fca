#pragma once
// How a client estimates the server's clock: from `time` requests and their responses. The exchange with the shortest
// round trip is the most accurate, because it was delayed least in either direction. RFC 5905, section 10.

#include <limits>

namespace mindspace::integration {

class ClockEstimate {
public:
    // All in milliseconds: t0 (sent) and t3 (received) by the client's clock, t1 and t2 by the server's.
    void add(double t0, double t1, double t2, double t3) {
        const auto delay = (t3 - t0) - (t2 - t1);
        if (delay >= delay_) return;
        delay_ = delay;
        offset_ = ((t1 - t0) + (t2 - t3)) / 2;
    }
    // How far the server's clock is ahead of the client's.
    [[nodiscard]] double offset() const { return offset_; }
    // The most that the estimate may be wrong: half of that round trip.
    [[nodiscard]] double bound() const { return delay_ / 2; }

private:
    double delay_ = std::numeric_limits<double>::infinity();
    double offset_ = 0;
};

}  // namespace mindspace::integration
