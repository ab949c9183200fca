#include "platform/async/single_flight.h"

#include "platform/async/sleep.h"
#include "platform/async/task_group.h"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace mindspace {
namespace {

using testing::ElementsAre;

class SingleFlightTest : public testing::Test {
protected:
    // Ends when the gate opens.
    Awaitable<int> work(int value) {
        ++works_;
        co_await gate_.async_wait(kTuple);
        co_await sleep_for(std::chrono::seconds(0));  // throws if something other than the gate ended the wait
        if (value < 0) throw std::runtime_error("no value");
        co_return value;
    }
    void ask(std::string key, int value) {
        asio::co_spawn(io_, flights_.run(std::move(key), work(value)),
                       [this](const std::exception_ptr& fault, int got) { outcomes_.push_back(fault ? -1 : got); });
    }

    Awaitable<> note(std::string key, int value) {
        auto work_of_ours = work(value);
        const int got = co_await flights_.run(std::move(key), std::move(work_of_ours));
        outcomes_.push_back(got);
    }
    TaskGroup::Task spawn(std::string key, int value) { return tasks_.spawn(note(std::move(key), value)); }

    asio::io_context io_;
    asio::steady_timer gate_{io_, asio::steady_timer::time_point::max()};
    SingleFlight<std::string, int> flights_;
    int works_ = 0;
    std::vector<int> outcomes_;
    TaskGroup tasks_{io_};
};

TEST_F(SingleFlightTest, DoesTheWorkOnceForAllWhoAskMeanwhile) {
    for (int i = 0; i < 3; ++i) ask("a", 7);
    ask("b", 8);
    io_.poll();
    EXPECT_EQ(works_, 2);
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, testing::UnorderedElementsAre(7, 7, 7, 8));
}

TEST_F(SingleFlightTest, BeginsAnewForWhoeverAsksLater) {
    gate_.expires_at(asio::steady_timer::time_point::min());
    ask("a", 1);
    io_.run();
    io_.restart();
    ask("a", 2);
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(1, 2));
}

TEST_F(SingleFlightTest, SharesAFaultAndForgetsIt) {
    ask("a", -1);
    ask("a", 5);
    io_.poll();
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(-1, -1));
    gate_.expires_at(asio::steady_timer::time_point::min());
    io_.restart();
    ask("a", 5);
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(-1, -1, 5));
}

TEST_F(SingleFlightTest, AnotherDoesTheWorkOnceWhenTheFirstIsCancelled) {
    const auto first = spawn("a", 1);
    spawn("a", 2);
    spawn("a", 3);
    io_.poll();
    EXPECT_EQ(works_, 1);
    first.cancel();
    io_.poll();
    EXPECT_EQ(works_, 2) << "the second took over, and the third waits for it";
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(2, 2));
}

TEST_F(SingleFlightTest, ACancelledFollowerLeavesTheOthersAlone) {
    spawn("a", 1);
    const auto second = spawn("a", 2);
    spawn("a", 3);
    io_.poll();
    second.cancel();
    io_.poll();
    EXPECT_EQ(works_, 1);
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(1, 1));
}

}  // namespace
}  // namespace mindspace
