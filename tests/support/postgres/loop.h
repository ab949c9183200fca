#pragma once
// Runs coroutines to their end in tests, with a deadline for everything that is waited for.

#include "platform/async/awaitable.h"
#include "support/base/patience.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>

namespace mindspace::postgres {

// Runs the loop until the condition holds; gives the test up when it never does.
template <class Condition>
void run_until(asio::io_context& io, Condition condition) {
    const Patience patience;
    io.restart();
    while (!condition()) {
        if (patience.is_over()) give_up("what the test waits for did not come");
        io.run_one_for(std::chrono::milliseconds(10));
    }
}

// Runs the loop until nothing is left to do, for fixtures that have stopped all they have.
inline void run_to_end(asio::io_context& io) {
    run_until(io, [&io] { return io.stopped(); });
}

// Runs the loop until the coroutine has ended; its value or its exception.
template <class T>
T run(asio::io_context& io, Awaitable<T> work) {
    std::future<T> end = asio::co_spawn(io, std::move(work), asio::use_future);
    run_until(io, [&] { return end.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    return end.get();
}

}  // namespace mindspace::postgres
