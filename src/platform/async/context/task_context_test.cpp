#include "platform/async/context/task_context.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/async/task_group.h"
#include "platform/async/when_all.h"
#include "platform/async/worker_pool.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace mindspace {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class NamedContext final : public TaskContext {
public:
    explicit NamedContext(std::string of) : name(std::move(of)) {}
    const std::string name;
};

std::shared_ptr<const TaskContext> named(std::string name) {
    return std::make_shared<const NamedContext>(std::move(name));
}

Awaitable<std::string> current() {
    const auto context = context_of(co_await asio::this_coro::executor);
    co_return context ? static_cast<const NamedContext&>(*context).name : "none";
}

Awaitable<std::string> current_after(std::chrono::milliseconds time) {
    co_await sleep_for(time);
    co_return co_await current();
}

class TaskContextTest : public testing::Test {
protected:
    void run(Awaitable<> work) {
        tasks_.spawn(std::move(work));
        loop_.run();
    }
    Awaitable<> note(std::string name, std::chrono::milliseconds time) {
        auto work = current_after(time);
        notes_.push_back(co_await run_in_context(named(std::move(name)), std::move(work)));
        notes_.push_back(co_await current());
    }
    Awaitable<> note_both() {
        auto both = when_all(current_after(1ms), current_after(2ms));
        const auto [first, second] = co_await std::move(both);
        notes_.push_back(first);
        notes_.push_back(second);
    }
    Awaitable<> note_after_a_thread() {
        WorkerPool pool("test", 1, 1);
        co_await pool.run([] { return 1; });
        notes_.push_back(co_await current());
    }
    Awaitable<> note_of_a_new_task() {
        tasks_.spawn(note_current());
        co_return;
    }
    Awaitable<> note_current() { notes_.push_back(co_await current()); }
    Awaitable<> sleep_until_cancelled() {
        try {
            co_await sleep_for(1h);
        } catch (const std::exception& fault) {
            notes_.emplace_back(is_cancellation(fault) ? "cancelled" : "failed");
        }
    }

    asio::io_context loop_;
    TaskGroup tasks_{loop_};
    std::vector<std::string> notes_;
};

TEST_F(TaskContextTest, EachCoroutineHasItsOwnAcrossWaits) {
    tasks_.spawn(note("a", 4ms));
    tasks_.spawn(note("b", 2ms));
    run(note("c", 6ms));
    EXPECT_THAT(notes_, UnorderedElementsAre("a", "none", "b", "none", "c", "none"));
}

TEST_F(TaskContextTest, IsSharedByAllThatACoroutineWaitsForTogether) {
    run(run_in_context(named("a"), note_both()));
    EXPECT_THAT(notes_, ElementsAre("a", "a"));
}

TEST_F(TaskContextTest, OutlivesAnInnerOne) {
    auto inner = note("b", 1ms);
    run(run_in_context(named("a"), std::move(inner)));
    EXPECT_THAT(notes_, ElementsAre("b", "a"));
}

TEST_F(TaskContextTest, ReturnsFromAThread) {
    run(run_in_context(named("a"), note_after_a_thread()));
    EXPECT_THAT(notes_, ElementsAre("a"));
}

TEST_F(TaskContextTest, IsNotInheritedByTheTasksOfAGroup) {
    run(run_in_context(named("a"), note_of_a_new_task()));
    EXPECT_THAT(notes_, ElementsAre("none"));
}

TEST_F(TaskContextTest, IsCancelledWithItsCaller) {
    const auto task = tasks_.spawn(run_in_context(named("a"), sleep_until_cancelled()));
    task.cancel();
    loop_.run();
    EXPECT_THAT(notes_, ElementsAre("cancelled"));
}

}  // namespace
}  // namespace mindspace
