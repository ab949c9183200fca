#include "platform/async/host_cache.h"

#include "platform/async/task_group.h"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <deque>

namespace mindspace {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

HostAddresses addresses(const std::string& one) {
    return {asio::ip::make_address(one)};
}

class HostCacheTest : public testing::Test {
protected:
    using Clock = HostCache::Clock;

    void resolve(std::chrono::milliseconds timeout = 60s) { tasks_.spawn(record(Clock::now() + timeout)); }
    Awaitable<> record(Clock::time_point deadline) {
        results_.push_back(co_await cache_.resolve("db.example.org", deadline));
    }
    // The name server's reply to the oldest query.
    void reply(HostCache::Found found) {
        asio::post(loop_, [done = queries_.front(), found = std::move(found)] { done(found); });
        queries_.pop_front();
    }
    // A lookup whose query gets this reply.
    void look_up(HostCache::Found found) {
        const auto before = results_.size();
        resolve();
        loop_.poll();
        reply(std::move(found));
        run_until_results(before + 1);
    }
    void run_until_results(std::size_t count) {
        while (results_.size() < count) loop_.run_one();
    }
    void pass_time_of_freshness() {
        const auto end = Clock::now() + HostCache::kFresh;
        loop_.restart();
        while (Clock::now() < end) loop_.run_one_until(end);
        loop_.restart();
    }

    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    std::deque<std::function<void(HostCache::Found)>> queries_;
    HostCache cache_{loop_, [this](const std::string&, auto done) { queries_.push_back(std::move(done)); }};
    std::vector<HostAddresses> results_;
    TaskGroup tasks_{loop_};
};

TEST_F(HostCacheTest, SharesOneQueryAmongItsCallers) {
    for (int i = 0; i < 3; ++i) resolve();
    loop_.poll();
    ASSERT_EQ(queries_.size(), 1);
    reply(addresses("10.0.0.1"));
    run_until_results(3);
    EXPECT_THAT(results_, testing::Each(addresses("10.0.0.1")));
    resolve();
    run_until_results(4);
    EXPECT_TRUE(queries_.empty()) << "a fresh result is asked for again";
}

TEST_F(HostCacheTest, SendsNoFurtherQueryWhileTheNameServerIsSilent) {
    for (std::size_t i = 1; i <= 5; ++i) {
        resolve(1ms);
        run_until_results(i);
    }
    EXPECT_THAT(results_, testing::Each(IsEmpty()));
    EXPECT_EQ(queries_.size(), 1);
}

TEST_F(HostCacheTest, UsesWhatItKnowsWhileTheNameServerIsSilentOrFails) {
    look_up(addresses("10.0.0.1"));
    pass_time_of_freshness();
    resolve();
    run_until_results(2);
    reply(std::unexpected(HostFault::unavailable));
    resolve();
    run_until_results(3);
    EXPECT_THAT(results_, testing::Each(addresses("10.0.0.1")));
}

TEST_F(HostCacheTest, ReplacesWhatItKnows) {
    look_up(addresses("10.0.0.1"));
    pass_time_of_freshness();
    look_up(addresses("10.0.0.2"));
    pass_time_of_freshness();
    look_up(std::unexpected(HostFault::unknown));
    EXPECT_THAT(results_, ElementsAre(addresses("10.0.0.1"), addresses("10.0.0.2"), IsEmpty()));
}

}  // namespace
}  // namespace mindspace
