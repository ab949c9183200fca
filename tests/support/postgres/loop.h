#pragma once
// Runs coroutines to their end in tests, with a deadline for every wait.

#include "platform/async/awaitable.h"
#include "support/base/timeout.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>

namespace mindspace::postgres {

// Runs the loop until the condition holds; aborts the test if it never does.
template <class Condition>
void run_until(asio::io_context& io, Condition condition) {
    const ScaledTimeout timeout;
    io.restart();
    while (!condition()) {
        if (timeout.has_expired()) abort_test("the awaited condition did not occur");
        io.run_one_for(std::chrono::milliseconds(10));
    }
}

// Runs the loop until no work is left, for fixtures that have stopped everything.
inline void run_to_end(asio::io_context& io) {
    run_until(io, [&io] { return io.stopped(); });
}

// Runs the loop until the coroutine has ended; returns its value or throws its exception.
template <class T>
T run(asio::io_context& io, Awaitable<T> work) {
    std::future<T> end = asio::co_spawn(io, std::move(work), asio::use_future);
    run_until(io, [&] { return end.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    return end.get();
}

}  // namespace mindspace::postgres
