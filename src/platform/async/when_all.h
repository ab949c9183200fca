#pragma once
// Waits for several independent coroutines at once. (Asio's && would turn two faults into a third kind of exception,
// which no caller handles.) They run on the caller's executor and are cancelled with the caller.

#include "platform/async/awaitable.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace mindspace {

// When both have ended: returns both values, or throws the exception of the first, or else of the second. Their types
// must have default constructors.
template <class A, class B>
Awaitable<std::pair<A, B>> when_all(Awaitable<A> first, Awaitable<B> second) {
    auto executor = co_await asio::this_coro::executor;
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(first), asio::deferred),
                                                         asio::co_spawn(executor, std::move(second), asio::deferred));
    auto [order, fault, value, other_fault, other] =
        co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    if (fault) std::rethrow_exception(fault);
    if (other_fault) std::rethrow_exception(other_fault);
    co_return std::pair<A, B>(std::move(value), std::move(other));
}

// When all have ended: returns all values in order, or throws the first exception in that order. At least one
// coroutine.
template <class T>
Awaitable<std::vector<T>> when_all(std::vector<Awaitable<T>> all) {
    auto executor = co_await asio::this_coro::executor;
    using Pending = decltype(asio::co_spawn(executor, std::move(all.front()), asio::deferred));
    std::vector<Pending> pending;
    pending.reserve(all.size());
    for (auto& one : all) pending.push_back(asio::co_spawn(executor, std::move(one), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(pending));
    auto [order, faults, values] = co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const auto& fault : faults)
        if (fault) std::rethrow_exception(fault);
    co_return std::move(values);
}

// The same for coroutines without values.
inline Awaitable<> when_all(std::vector<Awaitable<>> all) {
    auto executor = co_await asio::this_coro::executor;
    using Pending = decltype(asio::co_spawn(executor, std::move(all.front()), asio::deferred));
    std::vector<Pending> pending;
    pending.reserve(all.size());
    for (auto& one : all) pending.push_back(asio::co_spawn(executor, std::move(one), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(pending));
    auto [order, faults] = co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const auto& fault : faults)
        if (fault) std::rethrow_exception(fault);
}

}  // namespace mindspace
