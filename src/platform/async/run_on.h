#pragma once
// Runs a coroutine on a loop for a caller that is not a coroutine: the main thread or a command.

#include "platform/async/awaitable.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <utility>

namespace mindspace {

// The future receives the coroutine's value or exception when it has ended. It cannot be cancelled; if the loop is
// destroyed first, the future throws std::future_error (broken promise).
template <class T>
std::future<T> run_on(asio::io_context& loop, Awaitable<T> work) {
    return asio::co_spawn(loop, std::move(work), asio::use_future);
}

}  // namespace mindspace
