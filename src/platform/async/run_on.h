#pragma once
// Runs a coroutine on a loop for a caller that is no coroutine: the main thread, a command.

#include "platform/async/awaitable.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <utility>

namespace mindspace {

// Its value or its exception, when it has ended. It cannot be cancelled; when the loop goes first, the future breaks
// (std::future_error).
template <class T>
std::future<T> run_on(asio::io_context& loop, Awaitable<T> work) {
    return asio::co_spawn(loop, std::move(work), asio::use_future);
}

}  // namespace mindspace
