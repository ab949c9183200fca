#include "platform/http/client/pool.h"

#include "platform/async/task_group.h"
#include "support/postgres/loop.h"

#include <gmock/gmock.h>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace mindspace::http {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::ElementsAre;

// A server that accepts in the kernel only and never responds, and a pool of one connection to it.
class ClientPoolTest : public testing::Test {
protected:
    ~ClientPoolTest() override {
        pool_.stop();
        loop_.restart();
        loop_.run();
    }

    Awaitable<> use_until_cancelled(std::string name) {
        notes_.push_back(name + " waits");
        auto lease = co_await pool_.acquire(ClientPool::Clock::now() + 1h);
        notes_.push_back(name + (lease ? " has it" : " has none"));
        if (!lease) co_return;
        auto fault = co_await (*lease)->send(Method::get, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", {});
        if (!fault) fault = co_await (*lease)->read_head();
        notes_.push_back(name + " is told");
    }
    TaskGroup::Task begin(std::string name) { return tasks_.spawn(use_until_cancelled(std::move(name))); }

    void run_until(auto condition) { postgres::run_until(loop_, std::move(condition)); }

    asio::io_context loop_;
    tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    ClientPool pool_{loop_,
                     {.origin = {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port()},
                      .connect_timeout = std::chrono::hours(1),
                      .max_connections = 1}};
    TaskGroup tasks_{loop_};
    std::vector<std::string> notes_;
};

TEST_F(ClientPoolTest, ACancelledRequestClosesItsConnectionAndTheNextGetsAnother) {
    const auto first = begin("a");
    run_until([&] { return notes_.size() == 2; });
    begin("b");
    run_until([&] { return notes_.size() == 3; });
    EXPECT_EQ(pool_.connections(), 1);
    first.cancel();
    run_until([&] { return notes_.size() == 4; });
    EXPECT_THAT(notes_, ElementsAre("a waits", "a has it", "b waits", "b has it"));
    EXPECT_EQ(pool_.connections(), 1);
    tasks_.cancel();
    run_until([&] { return tasks_.is_idle(); });
    EXPECT_EQ(pool_.connections(), 0);
}

TEST_F(ClientPoolTest, ACancelledWaitReleasesItsSlot) {
    begin("a");
    run_until([&] { return notes_.size() == 2; });
    const auto second = begin("b");
    run_until([&] { return notes_.size() == 3; });
    EXPECT_EQ(pool_.waiting(), 1);
    second.cancel();
    run_until([&] { return tasks_.running() == 1; });
    EXPECT_EQ(pool_.delay(ClientPool::Clock::now()), 0s);
    EXPECT_EQ(pool_.waiting(), 0);
}

// The connection becomes free in the same loop iteration in which the caller that is to get it is cancelled.
TEST_F(ClientPoolTest, ACancelledWaitPassesOnTheConnectionThatItWasWokenFor) {
    const auto first = begin("a");
    run_until([&] { return notes_.size() == 2; });
    const auto second = begin("b");
    begin("c");
    run_until([&] { return notes_.size() == 4; });
    first.cancel();
    second.cancel();
    run_until([&] { return notes_.size() == 5; });
    EXPECT_THAT(notes_, ElementsAre("a waits", "a has it", "b waits", "c waits", "c has it"));
}

}  // namespace
}  // namespace mindspace::http
