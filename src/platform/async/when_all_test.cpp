#include "platform/async/when_all.h"

#include "platform/async/run_on.h"
#include "platform/async/sleep.h"
#include "platform/async/task_group.h"
#include "platform/base/result.h"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <string>

namespace mindspace {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

template <class T>
Awaitable<T> after(std::chrono::milliseconds time, T value) {
    co_await sleep_for(time);
    co_return value;
}

Awaitable<int> fail(std::string why) {
    throw Unavailable(why);
    co_return 0;
}

template <class T>
T run(Awaitable<T> work) {
    asio::io_context loop;
    auto value = run_on(loop, std::move(work));
    loop.run();
    return value.get();
}

std::vector<Awaitable<int>> list(Awaitable<int> first, Awaitable<int> second, Awaitable<int> third) {
    std::vector<Awaitable<int>> all;
    all.push_back(std::move(first));
    all.push_back(std::move(second));
    all.push_back(std::move(third));
    return all;
}

TEST(WhenAll, WaitsForTheSlowerAndReturnsBothValues) {
    EXPECT_EQ(run(when_all(after(20ms, 1), after(1ms, std::string("two")))), std::pair(1, std::string("two")));
    EXPECT_EQ(run(when_all(after(1ms, 1), after(20ms, std::string("two")))), std::pair(1, std::string("two")));
}

TEST(WhenAll, ReturnsTheValuesOfAListInItsOrder) {
    EXPECT_THAT(run(when_all(list(after(20ms, 1), after(1ms, 2), after(10ms, 3)))), ElementsAre(1, 2, 3));
}

TEST(WhenAll, KeepsTheTypeOfAFault) {
    EXPECT_THROW(run(when_all(fail("first"), after(1ms, 2))), Unavailable);
    EXPECT_THROW(run(when_all(after(1ms, 2), fail("second"))), Unavailable);
    EXPECT_THROW(run(when_all(fail("first"), fail("second"))), Unavailable);
    EXPECT_THROW(run(when_all(list(after(1ms, 1), fail("second"), after(1ms, 3)))), Unavailable);
}

Awaitable<> append(std::vector<int>& to, std::chrono::milliseconds time, int value) {
    to.push_back(value);
    co_await sleep_for(time);
    to.push_back(-value);
    if (value == 2) throw Unavailable("second");
}

Awaitable<> append_all(std::vector<int>& to) {
    std::vector<Awaitable<>> all;
    all.push_back(append(to, 20ms, 1));
    all.push_back(append(to, 1ms, 2));
    all.push_back(append(to, 10ms, 3));
    co_await when_all(std::move(all));
}

TEST(WhenAll, StartsAListInItsOrderAndWaitsForAllOfIt) {
    asio::io_context loop;
    std::vector<int> values;
    auto done = run_on(loop, append_all(values));
    loop.run();
    EXPECT_THAT(values, ElementsAre(1, 2, 3, -2, -3, -1));
    EXPECT_THROW(done.get(), Unavailable);
}

Awaitable<> wait_for_both(bool& has_returned) {
    co_await when_all(after(1h, 1), after(1h, 2));
    has_returned = true;
}

TEST(WhenAll, IsCancelledWithItsCaller) {
    asio::io_context loop;
    TaskGroup group(loop);
    bool has_returned = false;
    group.spawn(wait_for_both(has_returned));
    loop.poll();
    group.cancel();
    loop.run();
    EXPECT_TRUE(group.is_idle());
    EXPECT_FALSE(has_returned);
}

}  // namespace
}  // namespace mindspace
