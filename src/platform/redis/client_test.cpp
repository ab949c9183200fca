#include "platform/redis/client.h"

#include "platform/base/result.h"
#include "platform/redis/connection.h"
#include "platform/redis/test_calls.h"
#include "platform/redis/test_server.h"

#include <gtest/gtest.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <thread>

namespace mindspace::redis {
namespace {

using std::chrono::steady_clock;

// How a command that runs beside others ended.
struct Outcome {
    bool is_done = false;
    bool is_unavailable = false;
    std::string reply;
};

Awaitable<> record(Client& client, Words words, Outcome& outcome) {
    try {
        Value reply = co_await send(client, std::move(words));
        if (reply.kind() == Value::Kind::string) outcome.reply = std::move(reply).as_string();
    } catch (const Unavailable& fault) {
        outcome.is_unavailable = true;
        outcome.reply = fault.what();
    }
    outcome.is_done = true;
}

std::size_t count_unavailable(const std::vector<Outcome>& outcomes) {
    return static_cast<std::size_t>(std::ranges::count(outcomes, true, &Outcome::is_unavailable));
}

class ClientTest : public testing::Test {
protected:
    ClientOptions options() const {
        ClientOptions options;
        options.socket_path = server_.socket_path();
        options.connect_timeout = options.command_timeout = Milliseconds(4000);
        return options;
    }

    void start(Client& client) {
        client.start();
        ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    }

    Value call(Client& client, Words words) { return run_task(io_, send(client, std::move(words))); }

    // Starts `count` commands that a stopped server leaves pending.
    void start_pending(Client& client, std::vector<Outcome>& outcomes) {
        for (Outcome& outcome : outcomes) {
            asio::co_spawn(io_, record(client, {"PING"}, outcome), [](std::exception_ptr) {});
        }
        ASSERT_TRUE(run_until(io_, [&] { return client.stats().pending.read() >= outcomes.size(); }));
    }

    TestServer server_;
    asio::io_context io_;
};

TEST_F(ClientTest, AnswersCommands) {
    Client client(io_, options());
    start(client);
    EXPECT_TRUE(call(client, {"GET", "key"}).is_null());
    EXPECT_EQ(call(client, {"SET", "key", std::string("a\r\n\0b", 5)}).as_string(), "OK");
    EXPECT_EQ(call(client, {"GET", "key"}).as_string(), std::string("a\r\n\0b", 5));
    EXPECT_EQ(call(client, {"INCRBY", "count", "41"}).as_integer(), 41);
    call(client, {"HSET", "hash", "field", "value"});
    Value hash = call(client, {"HGETALL", "hash"});
    EXPECT_EQ(hash.kind(), Value::Kind::map) << "RESP3 was negotiated";
    EXPECT_EQ(hash.at(1).as_string(), "value");
    EXPECT_EQ(call(client, {"CLIENT", "GETNAME"}).as_string(), "mindspace");
}

TEST_F(ClientTest, CarriesLargeValues) {
    Client client(io_, options());
    start(client);
    std::string value(5'000'000, 'v');
    call(client, {"SET", "key", value});
    EXPECT_EQ(call(client, {"GET", "key"}).as_string(), value);
}

TEST_F(ClientTest, ConnectsOverTcpByName) {
    ClientOptions tcp;
    tcp.host = "localhost";
    tcp.port = free_port();
    TestServer server({"--port", std::to_string(tcp.port)});
    Client client(io_, tcp);
    start(client);
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");
}

TEST_F(ClientTest, AnswersTenThousandPipelinedCommandsInOrder) {
    Client client(io_, options());
    start(client);
    std::vector<Outcome> outcomes(10'000);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Words words{"ECHO", std::to_string(i)};
        asio::co_spawn(io_, record(client, std::move(words), outcomes[i]), [](std::exception_ptr) {});
    }
    ASSERT_TRUE(run_until(io_, [&] { return outcomes.back().is_done; }));
    for (std::size_t i = 0; i < outcomes.size(); ++i) ASSERT_EQ(outcomes[i].reply, std::to_string(i));
    EXPECT_EQ(client.stats().pending.read(), 0U);
    EXPECT_GE(client.stats().commands.read(), 10'000U);
}

TEST_F(ClientTest, RefusesOneCommandTooMany) {
    ClientOptions few = options();
    few.max_pending = 10;
    Client client(io_, few);
    start(client);
    std::vector<Outcome> outcomes(11);
    for (Outcome& outcome : outcomes) {
        asio::co_spawn(io_, record(client, {"PING"}, outcome), [](std::exception_ptr) {});
    }
    ASSERT_TRUE(run_until(io_, [&] { return std::ranges::all_of(outcomes, &Outcome::is_done); }));
    EXPECT_EQ(count_unavailable(outcomes), 1U);
    EXPECT_TRUE(outcomes.back().is_unavailable);
}

TEST_F(ClientTest, RefusesCommandsWhileTooManyBytesWait) {
    Client client(io_, options());
    start(client);
    Outcome large;
    Outcome next;
    Words words{"SET", "key", std::string(std::size_t{64} << 20, 'v')};
    asio::co_spawn(io_, record(client, std::move(words), large), [](std::exception_ptr) {});
    asio::co_spawn(io_, record(client, {"PING"}, next), [](std::exception_ptr) {});
    ASSERT_TRUE(run_until(io_, [&] { return large.is_done && next.is_done; }));
    EXPECT_EQ(large.reply, "OK");
    EXPECT_TRUE(next.is_unavailable);
}

TEST_F(ClientTest, ThrowsErrorRepliesAndGoesOn) {
    Client client(io_, options());
    start(client);
    call(client, {"SET", "key", "text"});
    try {
        call(client, {"INCR", "key"});
        FAIL();
    } catch (const CommandError& fault) {
        EXPECT_STREQ(fault.what(), "ERR value is not an integer or out of range");
    }
    EXPECT_EQ(client.stats().errors.read(), 1U);
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");
}

TEST_F(ClientTest, RunsScriptsThatRedisDoesNotKnowYetOrAnyMore) {
    const Script script = Script::make("return {KEYS[1], KEYS[2], ARGV[1], #ARGV}");
    EXPECT_EQ(Script::make("return 1").sha1, "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
    Client client(io_, options());
    start(client);
    for (int round = 0; round < 3; ++round) {
        if (round == 2) call(client, {"SCRIPT", "FLUSH"});
        Value reply = run_task(io_, run_script(client, script, {"{t}a", "{t}b"}, {"x"}));
        ASSERT_EQ(reply.size(), 4U);
        EXPECT_EQ(reply.at(1).as_string(), "{t}b");
        EXPECT_EQ(reply.at(2).as_string(), "x");
        EXPECT_EQ(reply.at(3).as_integer(), 1);
        EXPECT_EQ(client.stats().errors.read(), round < 2 ? 1U : 2U) << "NOSCRIPT at first, and after the flush";
    }
    const Script broken = Script::make("return redis.error_reply('MINE no')");
    EXPECT_THROW(run_task(io_, run_script(client, broken, {}, {})), CommandError);
}

TEST_F(ClientTest, FailsPendingCommandsAtOnceWhenRedisDiesAndComesBackWithIt) {
    Client client(io_, options());
    start(client);
    server_.signal(SIGSTOP);
    std::vector<Outcome> outcomes(100);
    start_pending(client, outcomes);
    auto killed_at = steady_clock::now();
    server_.signal(SIGKILL);
    ASSERT_TRUE(run_until(io_, [&] { return outcomes.back().is_done; }));
    EXPECT_LT(steady_clock::now() - killed_at, std::chrono::seconds(1)) << "not by the timeout of four seconds";
    EXPECT_EQ(count_unavailable(outcomes), outcomes.size());
    EXPECT_FALSE(client.is_up());
    EXPECT_EQ(client.stats().timeouts.read(), 0U);
    EXPECT_THROW(call(client, {"PING"}), Unavailable);

    server_.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");
    EXPECT_EQ(client.stats().reconnects.read(), 1U);
}

TEST_F(ClientTest, GivesUpAHungRedisAfterTheCommandTimeout) {
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
    EXPECT_LT(steady_clock::now() - sent_at, Milliseconds(1000));
    EXPECT_EQ(count_unavailable(outcomes), outcomes.size());
    EXPECT_GE(client.stats().timeouts.read(), 1U);
    EXPECT_FALSE(client.is_up());
    server_.signal(SIGCONT);
    EXPECT_TRUE(run_until(io_, [&] { return client.is_up(); }));
}

TEST_F(ClientTest, DoesNotTakeALoopThatIsLateForAHungRedis) {
    ClientOptions impatient = options();
    impatient.command_timeout = Milliseconds(200);
    Client client(io_, impatient);
    start(client);
    std::function<void()> work = [&] {  // each turn of the loop takes so long
        std::this_thread::sleep_for(Milliseconds(150));
        asio::post(io_, work);
    };
    asio::post(io_, work);
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");
    EXPECT_EQ(client.stats().timeouts.read(), 0U);
}

TEST_F(ClientTest, NoticesAHungRedisWithoutAnyCommand) {
    ClientOptions impatient = options();
    impatient.command_timeout = Milliseconds(100);
    Client client(io_, impatient);
    start(client);
    server_.signal(SIGSTOP);
    EXPECT_TRUE(run_until(io_, [&] { return !client.is_up(); }));
    EXPECT_EQ(client.stats().timeouts.read(), 1U);
}

TEST_F(ClientTest, GivesUpARedisThatAcceptsAndNeverGreets) {
    ClientOptions impatient = options();
    impatient.connect_timeout = Milliseconds(100);
    server_.signal(SIGSTOP);
    Client client(io_, impatient);
    client.start();
    EXPECT_TRUE(run_until(io_, [&] { return client.stats().timeouts.read() >= 2; })) << "and tries again";
    EXPECT_FALSE(client.is_up());
    server_.signal(SIGCONT);
    EXPECT_TRUE(run_until(io_, [&] { return client.is_up(); }));
}

TEST_F(ClientTest, AuthenticatesAndNeverTellsThePassword) {
    TestServer guarded({"--requirepass", "correct"});
    ClientOptions with_password = options();
    with_password.socket_path = guarded.socket_path();
    with_password.password = "correct";
    Client client(io_, with_password);
    start(client);
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");

    with_password.password = "mistaken";
    Client stranger(io_, with_password);
    stranger.start();
    ASSERT_TRUE(run_until(io_, [&] { return stranger.stats().errors.read() >= 1; }));
    Outcome outcome;
    asio::co_spawn(io_, record(stranger, {"PING"}, outcome), [](std::exception_ptr) {});
    ASSERT_TRUE(run_until(io_, [&] { return outcome.is_done; }));
    EXPECT_EQ(outcome.reply, "redis: HELLO was refused: WRONGPASS");
}

TEST_F(ClientTest, AuthenticatesAsANamedUser) {
    TestServer guarded(
        {"--user", "default", "off", "--user", "marie", "on", ">s3cret", "~own:*", "&own:*", "+@all", "-@dangerous"});
    ClientOptions as_marie = options();
    as_marie.socket_path = guarded.socket_path();
    as_marie.username = "marie";
    as_marie.password = "s3cret";
    Client client(io_, as_marie);
    start(client);
    EXPECT_EQ(call(client, {"SET", "own:key", "value"}).as_string(), "OK");
    EXPECT_EQ(call(client, {"EVAL", "return redis.call('SPUBLISH', KEYS[1], 'x')", "1", "own:room"}).as_integer(), 0);
    EXPECT_THROW(call(client, {"SPUBLISH", "room", "x"}), CommandError);
    EXPECT_THROW(call(client, {"SET", "key", "value"}), CommandError);
}

TEST_F(ClientTest, RefusesKeysThatAClusterWouldRefuse) {
    Client client(io_, options());
    start(client);
    EXPECT_THROW(call(client, {"MGET", "a", "b"}), std::logic_error);
    EXPECT_THROW(run_task(io_, run_script(client, Script::make("return 1"), {"a", "b"}, {})), std::logic_error);
    EXPECT_EQ(call(client, {"MGET", "{t}a", "{t}b"}).size(), 2U);
}

struct HookLog {
    int runs = 0;
    int client_refused = 0;
};

Awaitable<> restore(Client& client, HookLog& log, Connection& connection) {
    if (++log.runs == 1) throw std::runtime_error("the first attempt fails");
    std::vector<std::string_view> args{"SET", "restored", "yes"};
    Awaitable<Value> reply = connection.command(std::move(args));
    co_await std::move(reply);
    Outcome outcome;
    co_await record(client, {"PING"}, outcome);
    if (outcome.is_unavailable) ++log.client_refused;
}

TEST_F(ClientTest, RunsTheHookOnEveryConnectionBeforeAnybodyElse) {
    Client client(io_, options());
    HookLog log;
    client.on_connected([&](Connection& connection) { return restore(client, log, connection); });
    start(client);
    EXPECT_EQ(log.runs, 2);
    EXPECT_EQ(log.client_refused, 1) << "commands of others wait until the hook is through";
    EXPECT_EQ(call(client, {"GET", "restored"}).as_string(), "yes");
    server_.signal(SIGKILL);
    ASSERT_TRUE(run_until(io_, [&] { return !client.is_up(); }));
    server_.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    EXPECT_EQ(log.runs, 3);
    EXPECT_EQ(call(client, {"GET", "restored"}).as_string(), "yes");
}

TEST_F(ClientTest, LeavesAServerThatHasBecomeAReplica) {
    Client client(io_, options());
    start(client);
    call(client, {"REPLICAOF", "127.0.0.1", "1"});
    EXPECT_THROW(call(client, {"SET", "key", "value"}), Unavailable);
    ASSERT_TRUE(run_until(io_, [&] { return client.stats().reconnects.read() == 1; }));
    call(client, {"REPLICAOF", "NO", "ONE"});
    EXPECT_EQ(call(client, {"SET", "key", "value"}).as_string(), "OK");
}

TEST_F(ClientTest, StopFailsPendingCommandsAndLeavesNothingBehind) {
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

TEST_F(ClientTest, StopEndsTheWaitForAnAbsentRedis) {
    server_.signal(SIGKILL);
    Client client(io_, options());
    client.start();
    ASSERT_FALSE(client.is_up());
    io_.run_for(Milliseconds(1));
    client.stop();
    EXPECT_TRUE(run_until(io_, [&] { return io_.stopped(); }));
}

TEST_F(ClientTest, MayBeDestroyedWithCommandsPending) {
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

// Greets like Redis and then answers `reply` to whatever comes.
Awaitable<> answer_everything(Local::acceptor& acceptor, std::string reply) {
    Local::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::array<char, 1000> input;
    std::string output = "%0\r\n";
    while (true) {
        co_await socket.async_read_some(asio::buffer(input), asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer(output), asio::use_awaitable);
        output = reply;
    }
}

TEST_F(ClientTest, DropsAConnectionThatDoesNotSpeakRespOrAnswersTooOften) {
    for (std::string reply : {"?\r\n", "+PONG\r\n+PONG\r\n"}) {
        ClientOptions other = options();
        other.socket_path += ".broken";
        Local::acceptor acceptor(io_, Local::endpoint(other.socket_path));
        asio::co_spawn(io_, answer_everything(acceptor, reply), [](std::exception_ptr) {});
        Client client(io_, other);
        start(client);
        Outcome outcome;
        asio::co_spawn(io_, record(client, {"PING"}, outcome), [](std::exception_ptr) {});
        EXPECT_TRUE(run_until(io_, [&] { return outcome.is_done && !client.is_up(); })) << reply;
        EXPECT_EQ(outcome.is_unavailable, reply == "?\r\n");
        std::remove(other.socket_path.c_str());
    }
}

}  // namespace
}  // namespace mindspace::redis
