#pragma once
// What a coroutine has in common with everything that it awaits, such as the trace of the request that it handles. The
// context travels with the coroutine's executor: nothing is passed from call to call, nothing belongs to a thread, and
// a coroutine without a context pays nothing. Waits find it in the executor of the handler that they are to resume.
// when_all() passes it on; the tasks of a TaskGroup are no part of what their spawner waits for, and have none.

#include "platform/async/awaitable.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace mindspace {

// Immutable; may outlive the coroutine.
class TaskContext {
public:
    TaskContext() = default;
    virtual ~TaskContext() = default;
    TaskContext(const TaskContext&) = delete;
    TaskContext& operator=(const TaskContext&) = delete;
};

// The executor `Inner` with a context. Meets Asio's requirements of an executor: the properties are those of `Inner`.
template <class Inner>
class ContextExecutor {
public:
    ContextExecutor(Inner inner, std::shared_ptr<const TaskContext> context)
        : inner_(std::move(inner)), context_(std::move(context)) {}

    [[nodiscard]] const Inner& inner() const { return inner_; }
    [[nodiscard]] const std::shared_ptr<const TaskContext>& context() const { return context_; }

    template <class Property>
        requires asio::can_query_v<const Inner&, Property>
    decltype(auto) query(const Property& property) const noexcept {
        return asio::query(inner_, property);
    }
    template <class Property>
        requires asio::can_require_v<const Inner&, Property>
    auto require(const Property& property) const {
        return with_context(asio::require(inner_, property));
    }
    template <class Property>
        requires asio::can_prefer_v<const Inner&, Property>
    auto prefer(const Property& property) const {
        return with_context(asio::prefer(inner_, property));
    }
    template <class Function>
    void execute(Function&& function) const {
        inner_.execute(std::forward<Function>(function));
    }
    bool operator==(const ContextExecutor& other) const noexcept = default;

private:
    template <class Other>
    ContextExecutor<std::decay_t<Other>> with_context(Other&& other) const {
        return {std::forward<Other>(other), context_};
    }

    Inner inner_;
    std::shared_ptr<const TaskContext> context_;
};

// The context of the coroutines that run on this executor; null if they have none.
inline std::shared_ptr<const TaskContext> context_of(const asio::any_io_executor& executor) {
    const auto* found = executor.target<ContextExecutor<asio::io_context::executor_type>>();
    return found != nullptr ? found->context() : nullptr;
}

// Runs `work` with this context, in place of the caller's own. It is cancelled with the caller.
template <class T>
Awaitable<T> run_in_context(std::shared_ptr<const TaskContext> context, Awaitable<T> work) {
    using Loop = asio::io_context::executor_type;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto* loop = executor.target<Loop>();
    if (const auto* outer = executor.target<ContextExecutor<Loop>>()) loop = &outer->inner();
    if (loop == nullptr) co_return co_await std::move(work);  // not on a loop of ours
    const ContextExecutor<Loop> inner(*loop, std::move(context));
    co_return co_await asio::co_spawn(inner, std::move(work), asio::use_awaitable);
}

}  // namespace mindspace
