#include "platform/async/worker_pool.h"

#include "platform/base/result.h"
#include "platform/telemetry/metrics/page.h"
#include "support/base/timeout.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>

#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace mindspace {
namespace {

using namespace std::chrono_literals;

// Runs the loop until `future` is ready, and returns its value or throws its exception.
template <class T>
T finish(asio::io_context& loop, std::future<T> future) {
    loop.restart();
    const ScaledTimeout timeout;
    while (future.wait_for(0s) != std::future_status::ready) {
        if (timeout.has_expired()) abort_test("the work does not end");
        loop.run_one_for(100ms);
    }
    return future.get();
}

using ThreadIds = std::pair<std::thread::id, std::thread::id>;

// The threads on which the work ran and the coroutine continued.
Awaitable<ThreadIds> threads_of_a_run(WorkerPool& pool) {
    auto worker = co_await pool.run([] { return std::this_thread::get_id(); });
    co_return ThreadIds{worker, std::this_thread::get_id()};
}

Awaitable<std::unique_ptr<int>> make_on_pool(WorkerPool& pool, std::unique_ptr<int> owned) {
    auto work = [owned = std::move(owned)]() mutable { return std::move(owned); };
    co_return co_await pool.run(std::move(work));
}

Awaitable<> throw_on_pool(WorkerPool& pool) {
    co_await pool.run([] { throw std::out_of_range("from the pool"); });
}

// Blocks the work that enters until it is opened.
struct Gate {
    std::atomic<int> entered{0};
    std::latch open{1};
};

Awaitable<> wait_on_pool(WorkerPool& pool, std::shared_ptr<Gate> gate) {
    auto work = [gate] {
        ++gate->entered;
        gate->open.wait();
    };
    co_await pool.run(work);
}

Awaitable<> mark_on_pool(WorkerPool& pool, std::shared_ptr<std::atomic<bool>> ran) {
    co_await pool.run([ran] { ran->store(true); });
}

template <class T>
std::future<T> spawn(asio::io_context& loop, Awaitable<T> coroutine) {
    auto future = asio::co_spawn(loop, std::move(coroutine), asio::use_future);
    loop.restart();
    loop.poll();
    return future;
}

TEST(WorkerPool, RunsWorkOnItsThreadAndResumesTheCallerOnTheLoop) {
    asio::io_context loop;
    WorkerPool pool("test", 1, 1);
    auto [worker, after] = finish(loop, spawn(loop, threads_of_a_run(pool)));
    EXPECT_NE(worker, std::this_thread::get_id());
    EXPECT_EQ(after, std::this_thread::get_id());
}

TEST(WorkerPool, AcceptsMoveOnlyValues) {
    asio::io_context loop;
    WorkerPool pool("test", 1, 1);
    EXPECT_EQ(*finish(loop, spawn(loop, make_on_pool(pool, std::make_unique<int>(7)))), 7);
}

TEST(WorkerPool, RethrowsToTheCaller) {
    asio::io_context loop;
    WorkerPool pool("test", 1, 1);
    EXPECT_THROW(finish(loop, spawn(loop, throw_on_pool(pool))), std::out_of_range);
}

TEST(WorkerPool, RefusesImmediatelyWhenFull) {
    asio::io_context loop;
    WorkerPool pool("test", 2, 1);
    auto gate = std::make_shared<Gate>();
    auto first = spawn(loop, wait_on_pool(pool, gate));
    auto second = spawn(loop, wait_on_pool(pool, gate));
    auto third = spawn(loop, wait_on_pool(pool, gate));
    ASSERT_TRUE(eventually([&] { return gate->entered == 2; }));
    EXPECT_EQ(pool.stats().running, 2U);
    EXPECT_EQ(pool.stats().queued, 1U);

    EXPECT_THROW(finish(loop, spawn(loop, wait_on_pool(pool, gate))), Unavailable);
    EXPECT_EQ(pool.stats().rejected, 1U);
    EXPECT_FALSE(pool.has_capacity());
    EXPECT_EQ(pool.stats().rejected, 2U);

    gate->open.count_down();
    finish(loop, std::move(first));
    finish(loop, std::move(second));
    finish(loop, std::move(third));
    EXPECT_TRUE(eventually([&] { return pool.stats().running == 0; }));
    EXPECT_EQ(pool.stats().queued, 0U);
    EXPECT_TRUE(pool.has_capacity());

    telemetry::Page page;
    pool.collect(page);
    for (std::string_view sample :
         {R"(pool_threads{pool="test"} 2)", R"(pool_queued{pool="test"} 0)", R"(pool_queue_limit{pool="test"} 1)",
          R"(pool_rejected_total{pool="test",reason="full"} 2)", R"(pool_wait_seconds_count{pool="test"} 3)",
          R"(pool_run_seconds_count{pool="test"} 3)"})
        EXPECT_TRUE(page.text().contains(std::string(sample) + "\n")) << sample;
}

Awaitable<int> niceness_on_pool(WorkerPool& pool) {
    co_return co_await pool.run([] { return getpriority(PRIO_PROCESS, 0); });
}

TEST(WorkerPool, LowPriorityThreadsYieldToOthers) {
    asio::io_context loop;
    WorkerPool usual("test", 1, 1);
    WorkerPool background("test", 1, 1, 0, WorkerPool::ThreadPriority::low);
    const int here = getpriority(PRIO_PROCESS, 0);
    EXPECT_EQ(finish(loop, spawn(loop, niceness_on_pool(usual))), here);
    EXPECT_GT(finish(loop, spawn(loop, niceness_on_pool(background))), here) << "of that thread alone";
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), here);
}

TEST(WorkerPool, AnIdleThreadReleasesOnceWhatItKeeps) {
    asio::io_context loop;
    std::atomic<int> released{0};
    std::atomic<std::thread::id> releasing;
    WorkerPool pool("test", 2, 1);
    pool.on_idle(1ms, [&] {
        releasing = std::this_thread::get_id();
        ++released;
    });
    for (int jobs = 1; jobs <= 2; ++jobs) {
        const auto worker = finish(loop, spawn(loop, threads_of_a_run(pool))).first;
        EXPECT_TRUE(eventually([&] { return released == jobs; })) << "each job is followed by one release";
        EXPECT_EQ(releasing, worker);
    }
}

TEST(WorkerPool, FinishesQueuedJobsInItsDestructor) {
    asio::io_context loop;
    auto ran = std::make_shared<std::atomic<bool>>(false);
    std::optional<std::future<void>> done;
    {
        WorkerPool pool("test", 1, 1);
        done = spawn(loop, mark_on_pool(pool, ran));
    }
    EXPECT_TRUE(ran->load());
    finish(loop, std::move(*done));
}

TEST(WorkerPool, SurvivesTheEndOfTheLoopWhileWorkRuns) {
    auto gate = std::make_shared<Gate>();
    auto ran = std::make_shared<std::atomic<bool>>(false);
    WorkerPool pool("test", 1, 1);
    {
        asio::io_context loop;
        spawn(loop, wait_on_pool(pool, gate));
        ASSERT_TRUE(eventually([&] { return gate->entered == 1; }));
        spawn(loop, mark_on_pool(pool, ran));
    }
    gate->open.count_down();
    EXPECT_TRUE(eventually([&] { return pool.stats().running == 0 && pool.stats().queued == 0; }));
    EXPECT_FALSE(ran->load()) << "nobody was left to want it";

    asio::io_context next_loop;
    finish(next_loop, spawn(next_loop, mark_on_pool(pool, ran)));
    EXPECT_TRUE(ran->load());
}

TEST(WorkerPool, ACancelledCallerReturnsImmediately) {
    asio::io_context loop;
    WorkerPool pool("test", 1, 1);
    auto gate = std::make_shared<Gate>();
    asio::cancellation_signal cancel;
    auto future =
        asio::co_spawn(loop, wait_on_pool(pool, gate), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
    loop.poll();
    ASSERT_TRUE(eventually([&] { return gate->entered == 1; }));
    cancel.emit(asio::cancellation_type::terminal);
    EXPECT_THROW(finish(loop, std::move(future)), boost::system::system_error);
    EXPECT_EQ(pool.stats().running, 1U);
    gate->open.count_down();
}

}  // namespace
}  // namespace mindspace
