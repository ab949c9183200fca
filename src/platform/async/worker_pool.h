#pragma once
// Threads for work that must not run on a loop: blocking calls and work above a millisecond (argon2id, mail). The
// number of waiting jobs is bounded; a full pool refuses a job at once, which becomes 503 with Retry-After. Any loop
// may call run(); the caller always continues on its own executor, never on a thread of the pool.

#include "platform/async/awaitable.h"
#include "platform/telemetry/metrics/counter.h"
#include "platform/telemetry/metrics/histogram.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace mindspace {

namespace telemetry {
class Page;
}

class WorkerPool {
public:
    // Whether a job may use the reserved slots of the queue.
    enum class QueuePriority { normal, reserved };
    // How the system schedules the threads when processors are scarce: `low` yields to loops and servers.
    enum class ThreadPriority { normal, low };

    // `name` names the threads (the system shows at most 15 characters). Of the `max_queued` slots in the queue,
    // `reserved` are only for high-priority jobs.
    WorkerPool(std::string name, std::size_t threads, std::size_t max_queued, std::size_t reserved = 0,
               ThreadPriority thread_priority = ThreadPriority::normal);
    // Finishes the queued jobs, then joins the threads.
    ~WorkerPool();

    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // A thread that had no job for `after` calls `release` once, to give back what it keeps for the next job. Set
    // before the first job.
    void on_idle(std::chrono::milliseconds after, std::function<void()> release);

    // Runs `work` on the pool and returns its value or rethrows its exception. `work` must own what it uses: the caller
    // may be gone (deadline, shutdown) while it runs. Work is skipped if its caller left before it began. Faults:
    // Unavailable if every queue slot it may use is taken; operation_aborted if cancelled.
    template <class F>
    Awaitable<std::invoke_result_t<F&>> run(F work, QueuePriority priority = QueuePriority::normal) {
        std::packaged_task<std::invoke_result_t<F&>()> task(std::move(work));
        auto result = task.get_future();
        Job job = std::move(task);
        co_await perform(std::move(job), priority);
        co_return result.get();
    }

    // For a caller that has much to do before run(). False if run() would throw now; this counts as rejected.
    [[nodiscard]] bool has_capacity(QueuePriority priority = QueuePriority::normal);

    struct Stats {
        std::size_t queued;
        std::size_t running;
        std::uint64_t rejected;         // since the start
        std::uint64_t rejected_normal;  // of these, those in whose slot a high-priority job would have been accepted
    };
    // May be called from any thread; the values need not be from the same instant.
    [[nodiscard]] Stats stats() const;
    // Adds its metrics to the page, under its name. From any thread.
    void collect(telemetry::Page& page) const;

private:
    using Job = std::move_only_function<void()>;
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        Job job;
        Clock::time_point since;
    };

    Awaitable<> perform(Job job, QueuePriority priority);
    // Both require mutex_ to be held.
    [[nodiscard]] bool has_slot(QueuePriority priority) const;
    void count_rejected(QueuePriority priority);
    void enqueue(Job job, QueuePriority priority);
    void work_until_stopped();

    const std::string name_;
    const std::size_t max_queued_;
    const std::size_t reserved_;
    const ThreadPriority thread_priority_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Waiting> queue_;               // guarded by mutex_
    bool stopping_ = false;                   // guarded by mutex_
    std::chrono::milliseconds idle_after_{};  // guarded by mutex_
    std::function<void()> release_;           // guarded by mutex_; null if there is nothing to release

    // Written under mutex_, read by stats() and collect() without it.
    telemetry::Gauge queued_;
    telemetry::Gauge running_;
    telemetry::Counter rejected_;
    telemetry::Counter rejected_normal_;
    telemetry::Histogram waits_;  // of jobs, in the queue
    telemetry::Histogram runs_;   // how long they took

    std::vector<std::jthread> threads_;
};

}  // namespace mindspace
