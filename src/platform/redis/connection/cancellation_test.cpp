// Callers that are cancelled while they wait for Redis, like a request at its deadline.

#include "platform/async/cancellation.h"
#include "platform/async/as_tuple.h"
#include "platform/async/run_on.h"
#include "platform/async/task_group.h"
#include "platform/redis/connection/connection.h"
#include "support/redis/client.h"

#include <gmock/gmock.h>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <csignal>

namespace mindspace::redis {
namespace {

using testing::ElementsAre;

class RedisCancellation : public ClientTest {
protected:
    RedisCancellation() { start(client_); }
    ~RedisCancellation() override {
        client_.stop();
        io_.restart();
        io_.run();
    }

    Awaitable<> echo(std::string word) {
        try {
            const auto reply = co_await send(client_, {"ECHO", word});
            ends_.push_back(reply.as_string());
        } catch (const std::exception& fault) {
            ends_.push_back(is_cancellation(fault) ? "cancelled" : fault.what());
        }
    }
    TaskGroup::Task begin(std::string word) {
        auto task = tasks_.spawn(echo(std::move(word)));
        io_.restart();
        io_.poll();
        return task;
    }
    void cancel(const TaskGroup::Task& task) {
        task.cancel();
        io_.poll();
    }

    // Notices the cancellation only after a delay; its command has then been written before it throws.
    Awaitable<> exchange_although_cancelled(Connection& connection) {
        asio::steady_timer never(io_, asio::steady_timer::time_point::max());
        co_await never.async_wait(kTuple);
        std::array<std::string_view, 2> words{"ECHO", "mine"};
        auto reply = connection.exchange({words});
        co_await std::move(reply);
        ends_.emplace_back("not cancelled");
    }

    Client client_{io_, options()};
    TaskGroup tasks_{io_};
    std::vector<std::string> ends_;
};

TEST_F(RedisCancellation, TheCallerReturnsImmediatelyAndNoOtherGetsItsReply) {
    server_.signal(SIGSTOP);
    begin("first");
    const auto second = begin("second");
    begin("third");
    cancel(second);
    EXPECT_THAT(ends_, ElementsAre("cancelled"));
    server_.signal(SIGCONT);
    ASSERT_TRUE(run_until(io_, [&] { return ends_.size() == 3; }));
    EXPECT_THAT(ends_, ElementsAre("cancelled", "first", "third"));
    EXPECT_EQ(client_.stats().pending.value(), 0);
    EXPECT_EQ(call(client_, {"ECHO", "later"}).as_string(), "later");
    EXPECT_TRUE(client_.is_up());
}

TEST_F(RedisCancellation, ACallerThatStartsToWaitTooLateGetsNoOtherReply) {
    ClientStats stats;
    const auto our_options = options();
    auto connection = std::make_shared<Connection>(io_, our_options, stats, Connection::OnPush());
    const auto opened = run_on(io_, connection->open());
    ASSERT_TRUE(run_until(io_, [&] { return opened.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
    const auto late = tasks_.spawn(exchange_although_cancelled(*connection));
    io_.restart();
    io_.poll();
    cancel(late);
    EXPECT_TRUE(tasks_.is_idle());
    EXPECT_THAT(ends_, ElementsAre());
    EXPECT_EQ(run_task(io_, connection->command({"ECHO", "another's"})).as_string(), "another's");
    EXPECT_EQ(stats.pending.value(), 0);
    EXPECT_FALSE(connection->is_closed());
    connection->close("done");
}

TEST_F(RedisCancellation, ALostConnectionResumesOnlyWaitingCallers) {
    server_.signal(SIGSTOP);
    const auto first = begin("first");
    begin("second");
    cancel(first);
    client_.stop();
    EXPECT_THAT(ends_, ElementsAre("cancelled", "redis: stopped"));
    server_.signal(SIGCONT);
}

}  // namespace
}  // namespace mindspace::redis
