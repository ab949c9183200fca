#include "platform/async/both.h"

#include "platform/base/result.h"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>

#include <string>

namespace mindspace {
namespace {

template <class T>
Awaitable<T> after(std::chrono::milliseconds time, T answer) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
    co_return answer;
}

Awaitable<int> fail(std::string why) {
    throw Unavailable(why);
    co_return 0;
}

template <class A, class B>
std::pair<A, B> ask(Awaitable<A> first, Awaitable<B> second) {
    asio::io_context io;
    auto answers = asio::co_spawn(io, both(std::move(first), std::move(second)), asio::use_future);
    io.run();
    return answers.get();
}

TEST(Both, WaitsForTheSlowerAndGivesBothAnswers) {
    using namespace std::chrono_literals;
    EXPECT_EQ(ask(after(20ms, 1), after(1ms, std::string("two"))), std::pair(1, std::string("two")));
    EXPECT_EQ(ask(after(1ms, 1), after(20ms, std::string("two"))), std::pair(1, std::string("two")));
}

TEST(Both, FaultsStayWhatTheyAre) {
    EXPECT_THROW(ask(fail("first"), after(std::chrono::milliseconds(1), 2)), Unavailable);
    EXPECT_THROW(ask(after(std::chrono::milliseconds(1), 2), fail("second")), Unavailable);
    EXPECT_THROW(ask(fail("first"), fail("second")), Unavailable);
}

}  // namespace
}  // namespace mindspace
