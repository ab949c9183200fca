#pragma once
// Runs coroutines to their end in tests, with a deadline for everything that is waited for.

#include "platform/base/async.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <stdexcept>

namespace mindspace::postgres {

inline constexpr std::chrono::seconds kTestDeadline{30};

// Runs the loop until the condition holds; throws when it does not in time.
template <class Condition>
void run_until(asio::io_context& io, Condition condition) {
    auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
    io.restart();
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("what the test waits for did not come");
        io.run_one_for(std::chrono::milliseconds(10));
    }
}

// Runs the loop until the coroutine has ended; its value or its exception.
template <class T>
T run(asio::io_context& io, Awaitable<T> work) {
    std::future<T> end = asio::co_spawn(io, std::move(work), asio::use_future);
    run_until(io, [&] { return end.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    return end.get();
}

}  // namespace mindspace::postgres
