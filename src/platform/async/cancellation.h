#pragma once
// What a coroutine, and a wait that it makes, have to do with being cancelled (task_group.h). A cancelled wait throws
// boost::system::system_error(operation_aborted), and so does each co_await after it.

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

// Whether the exception says that a wait was cancelled. A boundary that logs faults lets these through.
[[nodiscard]] bool is_cancellation(const std::exception& fault);
[[nodiscard]] bool is_cancellation(const std::exception_ptr& fault);
// The exception that says so.
[[nodiscard]] std::exception_ptr make_cancellation();

// What a coroutine must finish although it may have been cancelled stands between the two, both awaited:
//     co_await begin_cleanup();  co_await release(…);  co_await end_cleanup();
// A cancellation meanwhile is lost: whatever ended the work before is then thrown on.
inline auto begin_cleanup() {
    return asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
}
inline auto end_cleanup() {
    return asio::this_coro::reset_cancellation_state();
}

// What resumes a coroutine that waits for something of ours: a reply, a turn. Called once, on the loop.
template <class T>
using ResumeWith = std::move_only_function<void(std::exception_ptr, T)>;

// Lets the cancellation of the coroutine behind `handler` end its wait: takes `resume` away, which is empty from then
// on, and resumes the coroutine by it, in a turn of the loop of its own. `resume` stays where it is until it has been
// called.
template <class Handler, class T>
void make_cancellable(const Handler& handler, asio::io_context& loop, ResumeWith<T>& resume) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (!slot.is_connected()) return;
    slot.assign([&loop, waiting = &resume](asio::cancellation_type) mutable {
        auto* taken = std::exchange(waiting, nullptr);  // once: then it may be gone
        if (taken == nullptr || !*taken) return;
        asio::post(loop, [resume = std::exchange(*taken, {})]() mutable { resume(make_cancellation(), T()); });
    });
}

}  // namespace mindspace
