#pragma once
// The one coroutine type of the project. A coroutine belongs to the io_context of one core and never leaves it, except
// in WorkerPool::run() (worker_pool.h), which resumes it on its own core.

#include <boost/asio/awaitable.hpp>

namespace mindspace {

namespace asio = boost::asio;

template <class T = void>
using Awaitable = asio::awaitable<T>;

}  // namespace mindspace
