#pragma once
// Growing, jittered pauses between attempts to connect, so that a returning server is not stormed by all at once.
// Belongs to one loop and to one coroutine that waits.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <random>

namespace mindspace::postgres {

class Backoff {
public:
    explicit Backoff(asio::io_context& io) : timer_(io) {}

    // Pauses for 25–50 ms, doubled for each pause since the last reset() up to 0.8–1.6 s. Returns at once when stopped.
    Awaitable<> pause();
    // An attempt went well.
    void reset() { pauses_ = 0; }
    void stop();

private:
    asio::steady_timer timer_;
    std::minstd_rand random_{std::random_device{}()};
    int pauses_ = 0;
    bool is_stopped_ = false;
};

}  // namespace mindspace::postgres
