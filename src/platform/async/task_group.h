#pragma once
// The coroutines that one owner runs on one loop: spawned, cancelled and joined together. Every coroutine that no other
// one awaits belongs to a group. All calls belong to the loop; only the loop's owner makes them before it runs.
//
// An owner whose tasks refer to it cancels the group, and lives until the group is idle or the loop is gone.

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <memory>

namespace mindspace {

struct TaskGroupOptions {
    // Tasks that run at the same time.
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    // Told of the exception that ended a task. For tasks of which one may fail while the others go on: a connection, a
    // mail. Without it an exception is a bug in something that must not end: it leaves the loop's run().
    std::function<void(const std::exception& fault)> on_task_failed = nullptr;
};

class TaskGroup {
    struct State;
    struct Entry;

public:
    // Names one task for as long as it runs.
    class Task {
    public:
        Task() = default;
        // Cancels this task only, as TaskGroup::cancel() does; nothing when it has ended. It may go on afterwards, once
        // it has caught the exception and reset its state (co_await asio::this_coro::reset_cancellation_state()).
        void cancel() const;

    private:
        friend class TaskGroup;
        explicit Task(std::weak_ptr<Entry> entry) : entry_(std::move(entry)) {}
        std::weak_ptr<Entry> entry_;
    };

    explicit TaskGroup(asio::io_context& loop, TaskGroupOptions options = {});
    // Cancels what still runs, and does not wait for it.
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Runs the task: up to its first wait before this returns, when called on the running loop. After cancel() it is
    // dropped. A full group is a bug of the caller: std::logic_error.
    Task spawn(Awaitable<> task);
    // False, and the task is dropped, when the group is full or cancelled.
    [[nodiscard]] bool try_spawn(Awaitable<> task);

    // Ends the group: from the next turn of the loop, what each task waits for ends with
    // boost::system::system_error(operation_aborted), and so does each co_await after it. To end that way is no
    // failure. Nothing is spawned any more.
    void cancel();

    // Returns when no task runs. Not for a task of the group.
    Awaitable<> join();

    [[nodiscard]] bool is_idle() const { return running() == 0; }
    [[nodiscard]] bool is_cancelled() const;
    [[nodiscard]] std::size_t running() const;
    // How many more tasks try_spawn() takes.
    [[nodiscard]] std::size_t room() const;

private:
    // Outlives the group while tasks run.
    std::shared_ptr<State> state_;
};

}  // namespace mindspace
