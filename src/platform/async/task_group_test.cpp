#include "platform/async/task_group.h"

#include "platform/async/as_tuple.h"

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace mindspace {
namespace {

using testing::ElementsAre;

constexpr auto kForever = asio::steady_timer::time_point::max();

Awaitable<> count(int& done) {
    ++done;
    co_return;
}

Awaitable<> wait_forever() {
    asio::steady_timer never(co_await asio::this_coro::executor, kForever);
    co_await never.async_wait(asio::use_awaitable);
}

Awaitable<> wait_one_iteration() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

Awaitable<> fail_later() {
    co_await wait_one_iteration();
    throw std::runtime_error("no luck");
}

class TaskGroupTest : public testing::Test {
protected:
    // Receives errors as values, like much of the code: the wait after the cancelled one must end, too.
    Awaitable<> wait_twice() {
        asio::steady_timer never(loop_, kForever);
        auto [first] = co_await never.async_wait(kTuple);
        notes_.emplace_back(first ? "first ended" : "?");
        co_await never.async_wait(kTuple);
        notes_.emplace_back("second ended");
    }

    Awaitable<> finish_although_cancelled() {
        try {
            co_await wait_forever();
        } catch (const boost::system::system_error&) {
        }
        co_await asio::this_coro::reset_cancellation_state();
        co_await wait_one_iteration();
        notes_.emplace_back("finished");
    }

    Awaitable<> cancel_own_group() {
        group_.cancel();
        notes_.emplace_back("cancelled");
        co_return;
    }

    Awaitable<> join_and_record(std::string note) {
        co_await group_.join();
        notes_.push_back(std::move(note));
    }

    Awaitable<> spawn_from_task() {
        group_.spawn(fail_later());
        notes_.emplace_back("goes on");
        co_return;
    }

    asio::io_context loop_;
    std::vector<std::string> notes_;
    TaskGroup group_{loop_,
                     {.on_task_failed = [this](const std::exception& fault) { notes_.emplace_back(fault.what()); }}};
};

TEST_F(TaskGroupTest, RunsItsTasksOnTheLoop) {
    int done = 0;
    group_.spawn(count(done));
    group_.spawn(count(done));
    EXPECT_EQ(done, 0);
    EXPECT_EQ(group_.running(), 2U);
    EXPECT_FALSE(group_.is_idle());
    loop_.run();
    EXPECT_EQ(done, 2);
    EXPECT_TRUE(group_.is_idle());
}

TEST_F(TaskGroupTest, ReportsAFailureAndContinues) {
    group_.spawn(spawn_from_task());
    loop_.run();
    EXPECT_THAT(notes_, ElementsAre("goes on", "no luck"));
    EXPECT_TRUE(group_.is_idle());
}

TEST(TaskGroup, RethrowsFromTheLoopWhenNothingHandlesFailures) {
    asio::io_context loop;
    TaskGroup group(loop);
    group.spawn(fail_later());
    EXPECT_THROW(loop.run(), std::runtime_error);
    EXPECT_TRUE(group.is_idle());
}

TEST(TaskGroup, RefusesTasksAboveItsLimit) {
    asio::io_context loop;
    TaskGroup group(loop, {.limit = 2});
    int done = 0;
    EXPECT_TRUE(group.try_spawn(count(done)));
    EXPECT_TRUE(group.try_spawn(count(done)));
    EXPECT_EQ(group.free_slots(), 0U);
    EXPECT_FALSE(group.try_spawn(count(done)));
    EXPECT_THROW(group.spawn(count(done)), std::logic_error);
    loop.run();
    EXPECT_EQ(done, 2);
    EXPECT_EQ(group.free_slots(), 2U);
}

TEST_F(TaskGroupTest, CancelsCurrentAndLaterWaitsOfItsTasks) {
    group_.spawn(wait_forever());
    group_.spawn(wait_twice());
    loop_.poll();
    EXPECT_EQ(group_.running(), 2U);
    group_.cancel();
    loop_.run();
    EXPECT_THAT(notes_, ElementsAre("first ended")) << "and a cancellation is no failure";
    EXPECT_TRUE(group_.is_idle());
}

TEST_F(TaskGroupTest, CancelsTasksThatHaveNotStarted) {
    group_.spawn(wait_forever());
    group_.cancel();
    loop_.run();
    EXPECT_TRUE(group_.is_idle());
}

TEST_F(TaskGroupTest, SpawnsNothingOnceCancelled) {
    int done = 0;
    group_.cancel();
    group_.spawn(count(done));
    EXPECT_FALSE(group_.try_spawn(count(done)));
    EXPECT_TRUE(group_.is_cancelled());
    loop_.run();
    EXPECT_EQ(done, 0);
}

TEST_F(TaskGroupTest, ATaskMayCancelItsGroup) {
    group_.spawn(cancel_own_group());
    group_.spawn(wait_forever());
    loop_.run();
    EXPECT_THAT(notes_, ElementsAre("cancelled"));
    EXPECT_TRUE(group_.is_idle());
}

TEST_F(TaskGroupTest, ACancelledTaskMayFinishSomethingFirst) {
    group_.spawn(finish_although_cancelled());
    loop_.poll();
    group_.cancel();
    loop_.run();
    EXPECT_THAT(notes_, ElementsAre("finished"));
}

TEST_F(TaskGroupTest, CancelsOneTaskAlone) {
    group_.spawn(wait_forever());
    const auto one = group_.spawn(wait_twice());
    loop_.poll();
    one.cancel();
    loop_.poll();
    EXPECT_THAT(notes_, ElementsAre("first ended"));
    EXPECT_EQ(group_.running(), 1U);
    one.cancel();  // already ended
    loop_.poll();
    EXPECT_EQ(group_.running(), 1U);
    EXPECT_FALSE(group_.is_cancelled());
}

TEST_F(TaskGroupTest, JoinsWhenTheLastTaskHasEnded) {
    TaskGroup joiners(loop_);
    joiners.spawn(join_and_record("joined"));
    loop_.poll();
    EXPECT_THAT(notes_, ElementsAre("joined")) << "nothing to wait for";
    group_.spawn(finish_although_cancelled());
    group_.spawn(wait_forever());
    joiners.spawn(join_and_record("joined again"));
    loop_.restart();
    loop_.poll();
    EXPECT_THAT(notes_, ElementsAre("joined"));
    group_.cancel();
    loop_.run();
    EXPECT_THAT(notes_, ElementsAre("joined", "finished", "joined again"));
}

TEST_F(TaskGroupTest, AJoinCanBeCancelled) {
    TaskGroup joiners(loop_);
    group_.spawn(wait_forever());
    joiners.spawn(join_and_record("joined"));
    loop_.poll();
    joiners.cancel();
    loop_.poll();
    EXPECT_TRUE(joiners.is_idle());
    EXPECT_THAT(notes_, ElementsAre());
}

TEST(TaskGroup, CancelsItsTasksWhenItIsDestroyed) {
    asio::io_context loop;
    auto group = std::make_optional<TaskGroup>(loop);
    group->spawn(wait_forever());
    loop.poll();
    group.reset();
    EXPECT_GT(loop.poll(), 0U);
    EXPECT_TRUE(loop.stopped()) << "no work is left";
}

Awaitable<> hold(std::shared_ptr<int> held) {
    co_await wait_forever();
    ++*held;
}

TEST(TaskGroup, ItsTasksAreDestroyedWithTheLoop) {
    const auto held = std::make_shared<int>();
    {
        asio::io_context loop;
        TaskGroup group(loop);
        group.spawn(hold(held));
        group.spawn(hold(held));
        loop.poll();
        EXPECT_EQ(held.use_count(), 3);
    }
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace mindspace
