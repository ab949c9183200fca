#pragma once
// Two questions that do not need each other's answer, asked at once. (Asio's && would make of two faults one of a third
// kind, which nobody knows.)

#include "platform/async/awaitable.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace mindspace {

// Both answers, or the fault of the first, or that of the second; when both have ended. On the caller's executor. The
// answers' types have default constructors.
template <class A, class B>
Awaitable<std::pair<A, B>> both(Awaitable<A> first, Awaitable<B> second) {
    auto executor = co_await asio::this_coro::executor;
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(first), asio::deferred),
                                                         asio::co_spawn(executor, std::move(second), asio::deferred));
    auto [order, fault, answer, other_fault, other] =
        co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    if (fault) std::rethrow_exception(fault);
    if (other_fault) std::rethrow_exception(other_fault);
    co_return std::pair<A, B>(std::move(answer), std::move(other));
}

}  // namespace mindspace
