#pragma once
// Cancellation (task_group.h) as seen by a coroutine and by the waits it makes. A cancelled wait throws
// boost::system::system_error(operation_aborted), and so does each later co_await.

#include "platform/async/awaitable.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <functional>
#include <utility>

namespace mindspace {

// Whether the exception means that a wait was cancelled. A boundary that logs faults lets these through.
[[nodiscard]] bool is_cancellation(const std::exception& fault);
[[nodiscard]] bool is_cancellation(const std::exception_ptr& fault);
// Creates that exception.
[[nodiscard]] std::exception_ptr make_cancellation();

// Cleanup that a coroutine must finish even if it has been cancelled goes between these two, both awaited:
//     co_await begin_cleanup();  co_await release(…);  co_await end_cleanup();
// A cancellation during the cleanup is lost; the exception that ended the work before it is rethrown afterwards.
inline auto begin_cleanup() {
    return asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
}
inline auto end_cleanup() {
    return asio::this_coro::reset_cancellation_state();
}

// Resumes a coroutine that waits for something of ours, such as a reply or a lock. Called once, on the loop.
template <class T>
using ResumeWith = std::move_only_function<void(std::exception_ptr, T)>;

// Makes the cancellation of the coroutine behind `handler` end its wait: moves `resume` out, which is empty from then
// on, and calls it to resume the coroutine, in a separate loop iteration. `resume` must not move in memory until it has
// been called.
template <class Handler, class T>
void make_cancellable(const Handler& handler, asio::io_context& loop, ResumeWith<T>& resume) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (!slot.is_connected()) return;
    slot.assign([&loop, waiting = &resume](asio::cancellation_type) mutable {
        auto* taken = std::exchange(waiting, nullptr);  // once: it may not exist afterwards
        if (taken == nullptr || !*taken) return;
        asio::post(loop, [resume = std::exchange(*taken, {})]() mutable { resume(make_cancellation(), T()); });
    });
}

}  // namespace mindspace
