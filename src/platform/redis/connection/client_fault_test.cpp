// A Redis that is lost, hangs or sends nonsense, and the end of a client.

#include "support/redis/client.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <functional>
#include <thread>

namespace mindspace::redis {
namespace {

using std::chrono::steady_clock;

class ClientFaultTest : public ClientTest {
protected:
    // Starts commands that a stopped server leaves pending.
    void start_pending(Client& client, std::vector<Outcome>& outcomes) {
        for (Outcome& outcome : outcomes) begin(client, {"PING"}, outcome);
        ASSERT_TRUE(run_until(io_, [&] { return client.stats().pending.value() >= std::ssize(outcomes); }));
    }
};

TEST_F(ClientFaultTest, FailsPendingCommandsWhenRedisStopsAndReconnects) {
    Client client(io_, options());
    start(client);
    server_.signal(SIGSTOP);
    std::vector<Outcome> outcomes(100);
    start_pending(client, outcomes);
    auto killed_at = steady_clock::now();
    server_.signal(SIGKILL);
    ASSERT_TRUE(run_until(io_, [&] { return outcomes.back().is_done; }));
    EXPECT_LT(steady_clock::now() - killed_at, scaled(std::chrono::seconds(1))) << "not by the timeout of four seconds";
    EXPECT_EQ(count_unavailable(outcomes), outcomes.size());
    EXPECT_FALSE(client.is_up());
    EXPECT_EQ(client.stats().connections_wanted.value(), 1);
    EXPECT_TRUE(run_until(io_, [&] { return client.stats().connections_up.value() == 0; }));
    EXPECT_EQ(client.stats().timeouts.value(), 0U);
    EXPECT_THROW(call(client, {"PING"}), Unavailable);

    server_.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");
    EXPECT_EQ(client.stats().reconnects.value(), 1U);
    EXPECT_EQ(client.stats().connections_up.value(), 1);

    client.stop();
    EXPECT_EQ(client.stats().connections_wanted.value(), 0);
    EXPECT_TRUE(run_until(io_, [&] { return client.stats().connections_up.value() == 0; }));
}

TEST_F(ClientFaultTest, ClosesAHungConnectionAfterTheCommandTimeout) {
    ClientOptions impatient = options();
    impatient.command_timeout = impatient.connect_timeout = Milliseconds(200);
    Client client(io_, impatient);
    start(client);
    server_.signal(SIGSTOP);
    auto sent_at = steady_clock::now();
    std::vector<Outcome> outcomes(50);
    start_pending(client, outcomes);
    ASSERT_TRUE(run_until(io_, [&] { return outcomes.back().is_done; }));
    EXPECT_GE(steady_clock::now() - sent_at, Milliseconds(200));
    EXPECT_LT(steady_clock::now() - sent_at, scaled(Milliseconds(1000)));
    EXPECT_EQ(count_unavailable(outcomes), outcomes.size());
    EXPECT_GE(client.stats().timeouts.value(), 1U);
    EXPECT_FALSE(client.is_up());
    server_.signal(SIGCONT);
    EXPECT_TRUE(run_until(io_, [&] { return client.is_up(); }));
}

TEST_F(ClientFaultTest, DoesNotMistakeALateLoopForAHungRedis) {
    ClientOptions impatient = options();
    impatient.command_timeout = Milliseconds(200);
    Client client(io_, impatient);
    start(client);
    std::function<void()> work = [&] {  // the duration of each loop iteration
        std::this_thread::sleep_for(Milliseconds(250));
        asio::post(io_, work);
    };
    asio::post(io_, work);
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");
    EXPECT_EQ(client.stats().timeouts.value(), 0U);
}

TEST_F(ClientFaultTest, DetectsAHungRedisWithoutAnyCommand) {
    ClientOptions impatient = options();
    impatient.command_timeout = Milliseconds(100);
    Client client(io_, impatient);
    start(client);
    server_.signal(SIGSTOP);
    EXPECT_TRUE(run_until(io_, [&] { return !client.is_up(); }));
    EXPECT_EQ(client.stats().timeouts.value(), 1U);
}

TEST_F(ClientFaultTest, FailsToConnectWhenRedisNeverRepliesToHello) {
    ClientOptions impatient = options();
    impatient.connect_timeout = Milliseconds(100);
    server_.signal(SIGSTOP);
    Client client(io_, impatient);
    client.start();
    EXPECT_TRUE(run_until(io_, [&] { return client.stats().timeouts.value() >= 2; })) << "and tries again";
    EXPECT_FALSE(client.is_up());
    server_.signal(SIGCONT);
    EXPECT_TRUE(run_until(io_, [&] { return client.is_up(); }));
}

TEST_F(ClientFaultTest, ReconnectsWhenTheServerHasBecomeAReplica) {
    Client client(io_, options());
    start(client);
    call(client, {"REPLICAOF", "127.0.0.1", "1"});
    EXPECT_THROW(call(client, {"SET", "key", "value"}), Unavailable);
    ASSERT_TRUE(run_until(io_, [&] { return client.stats().reconnects.value() == 1; }));
    call(client, {"REPLICAOF", "NO", "ONE"});
    EXPECT_EQ(call(client, {"SET", "key", "value"}).as_string(), "OK");
}

TEST_F(ClientFaultTest, StopFailsPendingCommandsAndLeavesNothingBehind) {
    Client client(io_, options());
    start(client);
    server_.signal(SIGSTOP);
    std::vector<Outcome> outcomes(10);
    start_pending(client, outcomes);
    client.stop();
    EXPECT_EQ(count_unavailable(outcomes), outcomes.size()) << "before stop() has returned";
    EXPECT_FALSE(client.is_up());
    EXPECT_TRUE(run_until(io_, [&] { return io_.stopped(); })) << "no timer, no socket, no loop";
}

TEST_F(ClientFaultTest, StopEndsTheWaitForAnAbsentRedis) {
    server_.signal(SIGKILL);
    Client client(io_, options());
    client.start();
    ASSERT_FALSE(client.is_up());
    io_.run_for(Milliseconds(1));
    client.stop();
    EXPECT_TRUE(run_until(io_, [&] { return io_.stopped(); }));
}

TEST_F(ClientFaultTest, MayBeDestroyedWithCommandsPending) {
    std::vector<Outcome> outcomes(10);
    {
        Client client(io_, options());
        start(client);
        server_.signal(SIGSTOP);
        start_pending(client, outcomes);
    }
    EXPECT_EQ(count_unavailable(outcomes), outcomes.size());
}

using Local = asio::local::stream_protocol;

// Completes the handshake like Redis, then replies `reply` to everything.
Awaitable<> reply_to_everything(Local::acceptor& acceptor, std::string reply) {
    Local::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::array<char, 1000> input;
    std::string output = "%0\r\n";
    while (true) {
        co_await socket.async_read_some(asio::buffer(input), asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer(output), asio::use_awaitable);
        output = reply;
    }
}

TEST_F(ClientFaultTest, ClosesAConnectionWithInvalidOrUnexpectedReplies) {
    for (std::string reply : {"?\r\n", "+PONG\r\n+PONG\r\n"}) {
        ClientOptions other = options();
        other.socket_path += ".broken";
        Local::acceptor acceptor(io_, Local::endpoint(other.socket_path));
        asio::co_spawn(io_, reply_to_everything(acceptor, reply), [](std::exception_ptr) {});
        Client client(io_, other);
        start(client);
        Outcome outcome;
        begin(client, {"PING"}, outcome);
        EXPECT_TRUE(run_until(io_, [&] { return outcome.is_done && !client.is_up(); })) << reply;
        EXPECT_EQ(outcome.is_unavailable, reply == "?\r\n");
        std::remove(other.socket_path.c_str());
    }
}

}  // namespace
}  // namespace mindspace::redis
