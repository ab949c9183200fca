#include "platform/async/background.h"

#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <string>

namespace mindspace {
namespace {

Awaitable<> count(int& done) {
    ++done;
    co_return;
}

Awaitable<> fail() {
    asio::steady_timer turn(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await turn.async_wait(asio::use_awaitable);
    throw std::runtime_error("no luck");
}

TEST(Background, RunsWhatItIsGivenAndNotBefore) {
    asio::io_context loop;
    Background background(loop, 2, [](const std::exception&) {});
    int done = 0;
    EXPECT_TRUE(background.run(count(done)));
    EXPECT_EQ(done, 0);
    EXPECT_FALSE(background.is_idle());
    loop.run();
    EXPECT_EQ(done, 1);
    EXPECT_TRUE(background.is_idle());
}

TEST(Background, RefusesWhatIsAboveItsLimit) {
    asio::io_context loop;
    Background background(loop, 2, [](const std::exception&) {});
    int done = 0;
    EXPECT_TRUE(background.run(count(done)));
    EXPECT_TRUE(background.run(count(done)));
    EXPECT_EQ(background.room(), 0U);
    EXPECT_FALSE(background.run(count(done)));
    loop.run();
    EXPECT_EQ(done, 2);
    EXPECT_EQ(background.room(), 2U);
}

TEST(Background, TellsWhatFailed) {
    asio::io_context loop;
    std::string told;
    Background background(loop, 1, [&told](const std::exception& fault) { told = fault.what(); });
    EXPECT_TRUE(background.run(fail()));
    loop.run();
    EXPECT_EQ(told, "no luck");
    EXPECT_TRUE(background.is_idle());
}

}  // namespace
}  // namespace mindspace
