#include "platform/async/worker_pool.h"

#include "platform/base/result.h"
#include "platform/telemetry/metrics/page.h"

#include <pthread.h>
#include <sys/resource.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <memory>

namespace mindspace {

namespace {

constexpr int kBackgroundNice = 10;

// Tells the threads of the pool whether a loop still exists: posting to a destroyed one would be undefined behaviour.
class LoopHandle {
public:
    void close() {
        std::scoped_lock lock(mutex_);
        open_ = false;
    }

    // The loop cannot be destroyed in between, because its destructor closes the handle first.
    template <class Executor, class F>
    void post(const Executor& executor, F function) {
        std::scoped_lock lock(mutex_);
        if (open_) asio::post(executor, std::move(function));
    }

private:
    std::mutex mutex_;
    bool open_ = true;
};

// Owned by a loop and destroyed with it.
class LoopHandleService final : public asio::execution_context::service {
public:
    using key_type = LoopHandleService;
    static inline asio::execution_context::id id;

    explicit LoopHandleService(asio::execution_context& loop) : service(loop) {}

    std::shared_ptr<LoopHandle> handle() { return handle_; }

private:
    void shutdown() override { handle_->close(); }

    std::shared_ptr<LoopHandle> handle_ = std::make_shared<LoopHandle>();
};

// The state shared by a waiting coroutine and its job.
struct Wait {
    asio::steady_timer* wakeup = nullptr;  // used on the loop only; null once the coroutine is gone
    bool finished = false;                 // used on the loop only
    std::atomic<bool> abandoned = false;   // the coroutine is gone: the result is not needed
};

// Lives in the coroutine's frame, so that it notices every exit, including the loop's destruction.
class WaitGuard {
public:
    explicit WaitGuard(std::shared_ptr<Wait> wait) : wait_(std::move(wait)) {}
    ~WaitGuard() {
        wait_->wakeup = nullptr;
        wait_->abandoned.store(true, std::memory_order_relaxed);
    }
    WaitGuard(const WaitGuard&) = delete;
    WaitGuard& operator=(const WaitGuard&) = delete;

private:
    std::shared_ptr<Wait> wait_;
};

}  // namespace

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t max_queued, std::size_t reserved,
                       ThreadPriority thread_priority)
    : name_(name.substr(0, 15)), max_queued_(max_queued), reserved_(reserved), thread_priority_(thread_priority) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        auto& thread = threads_.emplace_back([this] { work_until_stopped(); });
        pthread_setname_np(thread.native_handle(), name_.c_str());
    }
}

WorkerPool::~WorkerPool() {
    {
        std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    threads_.clear();
}

void WorkerPool::on_idle(std::chrono::milliseconds after, std::function<void()> release) {
    std::scoped_lock lock(mutex_);
    idle_after_ = after;
    release_ = std::move(release);
}

WorkerPool::Stats WorkerPool::stats() const {
    return {.queued = static_cast<std::size_t>(queued_.value()),
            .running = static_cast<std::size_t>(running_.value()),
            .rejected = rejected_.value(),
            .rejected_normal = rejected_normal_.value()};
}

void WorkerPool::collect(telemetry::Page& page) const {
    const telemetry::Labels pool{{"pool", name_}};
    const auto stats = this->stats();
    page.gauge("mindspace_pool_threads", "Threads of a pool.", std::ssize(threads_), pool);
    page.gauge("mindspace_pool_running", "Jobs that the threads of a pool work on.",
               static_cast<std::int64_t>(stats.running), pool);
    page.gauge("mindspace_pool_queued", "Jobs that wait for a thread of a pool.",
               static_cast<std::int64_t>(stats.queued), pool);
    page.gauge("mindspace_pool_queue_limit", "The most jobs that may wait for a thread of a pool.",
               static_cast<std::int64_t>(max_queued_), pool);
    constexpr std::string_view kRejected =
        "Jobs that a pool rejected because its queue was full, or its free slots were reserved for others.";
    page.counter("mindspace_pool_rejected", kRejected, stats.rejected - stats.rejected_normal,
                 {{"pool", name_}, {"reason", "full"}});
    page.counter("mindspace_pool_rejected", kRejected, stats.rejected_normal,
                 {{"pool", name_}, {"reason", "reserved"}});
    page.histogram("mindspace_pool_wait_seconds", "How long jobs waited for a thread of a pool.", sum_of(waits_), pool);
    page.histogram("mindspace_pool_run_seconds", "How long the jobs of a pool took on their thread.", sum_of(runs_),
                   pool);
}

// The coroutine waits on a timer that never expires; when the job is done, it posts the wake-up to the loop. So the
// frame belongs to the loop alone: it can be cancelled or destroyed there at any time, and the wake-up then has no
// effect.
Awaitable<> WorkerPool::perform(Job job, QueuePriority priority) {
    auto executor = co_await asio::this_coro::executor;
    auto handle = asio::use_service<LoopHandleService>(asio::query(executor, asio::execution::context)).handle();
    asio::steady_timer wakeup(executor, asio::steady_timer::time_point::max());
    auto wait = std::make_shared<Wait>();
    wait->wakeup = &wakeup;
    WaitGuard guard(wait);

    auto run_and_wake = [job = std::move(job), handle, executor, wait]() mutable {
        if (wait->abandoned.load(std::memory_order_relaxed)) return;
        job();
        job = nullptr;  // destroys what it holds before the caller resumes
        handle->post(executor, [wait = std::move(wait)] {
            wait->finished = true;
            if (wait->wakeup != nullptr) wait->wakeup->cancel();
        });
    };
    enqueue(std::move(run_and_wake), priority);
    co_await wakeup.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!wait->finished) throw boost::system::system_error(asio::error::operation_aborted);
}

// A job that an idle thread is about to start does not count as waiting.
bool WorkerPool::has_slot(QueuePriority priority) const {
    const auto all = threads_.size() + max_queued_;
    return queue_.size() + static_cast<std::size_t>(running_.value()) <
           (priority == QueuePriority::reserved ? all : all - reserved_);
}

void WorkerPool::count_rejected(QueuePriority priority) {
    rejected_.add(1);
    if (priority == QueuePriority::normal && has_slot(QueuePriority::reserved)) rejected_normal_.add(1);
}

bool WorkerPool::has_capacity(QueuePriority priority) {
    std::scoped_lock lock(mutex_);
    if (has_slot(priority)) return true;
    count_rejected(priority);
    return false;
}

void WorkerPool::enqueue(Job job, QueuePriority priority) {
    {
        std::scoped_lock lock(mutex_);
        if (!has_slot(priority)) {
            count_rejected(priority);
            throw Unavailable("the " + name_ + " pool is full");
        }
        queue_.push_back({.job = std::move(job), .since = Clock::now()});
        queued_.set(std::ssize(queue_));
    }
    wake_.notify_one();
}

void WorkerPool::work_until_stopped() {
    // On Linux this affects the calling thread only (sched(7)).
    if (thread_priority_ == ThreadPriority::low) setpriority(PRIO_PROCESS, 0, kBackgroundNice);
    const auto is_wanted = [this] { return stopping_ || !queue_.empty(); };
    bool has_worked = false;  // since the last release
    std::unique_lock lock(mutex_);
    while (true) {
        if (has_worked && release_ && !wake_.wait_for(lock, idle_after_, is_wanted)) {
            const auto release = release_;
            lock.unlock();
            release();
            lock.lock();
            has_worked = false;
        }
        wake_.wait(lock, is_wanted);
        if (queue_.empty()) return;
        auto [job, since] = std::move(queue_.front());
        queue_.pop_front();
        const auto began = Clock::now();
        waits_.observe(began - since);
        queued_.set(std::ssize(queue_));
        running_.add(1);

        lock.unlock();
        job();
        job = nullptr;
        const auto took = Clock::now() - began;
        lock.lock();
        has_worked = true;
        runs_.observe(took);
        running_.add(-1);
    }
}

}  // namespace mindspace
