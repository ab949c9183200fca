#pragma once
// The coroutines that one owner runs on one loop: spawned, cancelled and joined together. Every coroutine that no other
// coroutine awaits belongs to a group. All calls are made on the loop; before the loop runs, only its owner makes them.
//
// An owner whose tasks refer to it cancels the group, and must stay alive until the group is idle or the loop is
// destroyed.

#include "platform/async/awaitable.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <memory>

namespace mindspace {

struct TaskGroupOptions {
    // The maximum number of tasks that run at the same time.
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    // Called with the exception that ended a task. For tasks that may fail while the others continue, such as a
    // connection or a mail. Without it, an exception is a bug in a task that must not end: it leaves the loop's run().
    std::function<void(const std::exception& fault)> on_task_failed = nullptr;
};

class TaskGroup {
    struct State;
    struct Entry;

public:
    // Refers to one task while it runs.
    class Task {
    public:
        Task() = default;
        // Cancels this task only, as TaskGroup::cancel() does; no effect if it has ended. The task may continue after
        // it has caught the exception and reset its state (co_await asio::this_coro::reset_cancellation_state()).
        void cancel() const;

    private:
        friend class TaskGroup;
        explicit Task(std::weak_ptr<Entry> entry) : entry_(std::move(entry)) {}
        std::weak_ptr<Entry> entry_;
    };

    explicit TaskGroup(asio::io_context& loop, TaskGroupOptions options = {});
    // Cancels the running tasks and does not wait for them.
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Runs the task, up to its first wait before this returns if called on the running loop. After cancel() the task is
    // dropped. Spawning into a full group is a bug of the caller: std::logic_error.
    Task spawn(Awaitable<> task);
    // Returns false and drops the task if the group is full or cancelled.
    [[nodiscard]] bool try_spawn(Awaitable<> task);

    // Ends the group: from the next loop iteration, each task's wait ends with
    // boost::system::system_error(operation_aborted), and so does each later co_await. Ending that way is not a
    // failure. No task is spawned afterwards.
    void cancel();

    // Returns when no task is running. Must not be called by a task of the group.
    Awaitable<> join();

    [[nodiscard]] bool is_idle() const { return running() == 0; }
    [[nodiscard]] bool is_cancelled() const;
    [[nodiscard]] std::size_t running() const;
    // The number of tasks that try_spawn() would still accept.
    [[nodiscard]] std::size_t free_slots() const;

private:
    // Outlives the group while tasks are running.
    std::shared_ptr<State> state_;
};

}  // namespace mindspace
