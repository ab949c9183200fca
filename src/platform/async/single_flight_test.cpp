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
        ++runs_;
        co_await gate_.async_wait(kTuple);
        co_await sleep_for(std::chrono::seconds(0));  // throws if something other than the gate ended the wait
        if (value < 0) throw std::runtime_error("no value");
        co_return value;
    }
    void start(std::string key, int value) {
        asio::co_spawn(io_, flights_.run(std::move(key), work(value)),
                       [this](const std::exception_ptr& fault, int got) { outcomes_.push_back(fault ? -1 : got); });
    }

    Awaitable<> run_and_record(std::string key, int value) {
        auto own_work = work(value);
        const int got = co_await flights_.run(std::move(key), std::move(own_work));
        outcomes_.push_back(got);
    }
    TaskGroup::Task spawn(std::string key, int value) { return tasks_.spawn(run_and_record(std::move(key), value)); }

    asio::io_context io_;
    asio::steady_timer gate_{io_, asio::steady_timer::time_point::max()};
    SingleFlight<std::string, int> flights_;
    int runs_ = 0;
    std::vector<int> outcomes_;
    TaskGroup tasks_{io_};
};

TEST_F(SingleFlightTest, RunsOnceForAllConcurrentCallers) {
    for (int i = 0; i < 3; ++i) start("a", 7);
    start("b", 8);
    io_.poll();
    EXPECT_EQ(runs_, 2);
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, testing::UnorderedElementsAre(7, 7, 7, 8));
}

TEST_F(SingleFlightTest, RunsAgainForLaterCallers) {
    gate_.expires_at(asio::steady_timer::time_point::min());
    start("a", 1);
    io_.run();
    io_.restart();
    start("a", 2);
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(1, 2));
}

TEST_F(SingleFlightTest, SharesAFaultWithoutStoringIt) {
    start("a", -1);
    start("a", 5);
    io_.poll();
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(-1, -1));
    gate_.expires_at(asio::steady_timer::time_point::min());
    io_.restart();
    start("a", 5);
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(-1, -1, 5));
}

TEST_F(SingleFlightTest, AnotherCallerRunsItOnceWhenTheFirstIsCancelled) {
    const auto first = spawn("a", 1);
    spawn("a", 2);
    spawn("a", 3);
    io_.poll();
    EXPECT_EQ(runs_, 1);
    first.cancel();
    io_.poll();
    EXPECT_EQ(runs_, 2) << "the second took over, and the third waits for it";
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(2, 2));
}

TEST_F(SingleFlightTest, ACancelledWaiterDoesNotAffectOthers) {
    spawn("a", 1);
    const auto second = spawn("a", 2);
    spawn("a", 3);
    io_.poll();
    second.cancel();
    io_.poll();
    EXPECT_EQ(runs_, 1);
    gate_.cancel();
    io_.run();
    EXPECT_THAT(outcomes_, ElementsAre(1, 1));
}

}  // namespace
}  // namespace mindspace
