#include "platform/redis/connection/client.h"

#include "platform/redis/connection/connection.h"
#include "support/base/process.h"
#include "support/redis/client.h"

#include <algorithm>
#include <csignal>

namespace mindspace::redis {
namespace {

TEST_F(ClientTest, RunsCommands) {
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

TEST_F(ClientTest, SendsAndReceivesLargeValues) {
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

TEST_F(ClientTest, RunsTenThousandPipelinedCommandsInOrder) {
    Client client(io_, options());
    start(client);
    std::vector<Outcome> outcomes(10'000);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Words words{"ECHO", std::to_string(i)};
        begin(client, std::move(words), outcomes[i]);
    }
    ASSERT_TRUE(run_until(io_, [&] { return outcomes.back().is_done; }));
    for (std::size_t i = 0; i < outcomes.size(); ++i) ASSERT_EQ(outcomes[i].reply, std::to_string(i));
    EXPECT_EQ(client.stats().pending.value(), 0);
    EXPECT_GE(client.stats().commands.value(), 10'000U);
}

TEST_F(ClientTest, RefusesOneCommandTooMany) {
    ClientOptions limited = options();
    limited.max_pending = 10;
    Client client(io_, limited);
    start(client);
    std::vector<Outcome> outcomes(11);
    for (Outcome& outcome : outcomes) {
        begin(client, {"PING"}, outcome);
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
    begin(client, std::move(words), large);
    begin(client, {"PING"}, next);
    ASSERT_TRUE(run_until(io_, [&] { return large.is_done && next.is_done; }));
    EXPECT_EQ(large.reply, "OK");
    EXPECT_TRUE(next.is_unavailable);
}

TEST_F(ClientTest, ThrowsErrorRepliesAndContinues) {
    Client client(io_, options());
    start(client);
    call(client, {"SET", "key", "text"});
    try {
        call(client, {"INCR", "key"});
        FAIL();
    } catch (const CommandError& fault) {
        EXPECT_STREQ(fault.what(), "ERR value is not an integer or out of range");
    }
    EXPECT_EQ(client.stats().errors.value(), 1U);
    EXPECT_EQ(call(client, {"PING"}).as_string(), "PONG");
}

TEST_F(ClientTest, RunsScriptsThatRedisDoesNotKnowYetOrAnyMore) {
    const Script script = Script::make("test", "return {KEYS[1], KEYS[2], ARGV[1], #ARGV}");
    EXPECT_EQ(Script::make("test", "return 1").sha1, "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
    Client client(io_, options());
    start(client);
    for (int round = 0; round < 3; ++round) {
        if (round == 2) call(client, {"SCRIPT", "FLUSH"});
        Value reply = run_task(io_, run_script(client, script, {"{t}a", "{t}b"}, {"x"}));
        ASSERT_EQ(reply.size(), 4U);
        EXPECT_EQ(reply.at(1).as_string(), "{t}b");
        EXPECT_EQ(reply.at(2).as_string(), "x");
        EXPECT_EQ(reply.at(3).as_integer(), 1);
        const auto of_server = call(client, {"INFO", "errorstats"});
        EXPECT_TRUE(of_server.as_string().contains(round < 2 ? "NOSCRIPT:count=1\r" : "NOSCRIPT:count=2\r"))
            << "at first, and after the flush";
        EXPECT_EQ(client.stats().errors.value(), 0U) << "that is expected";
    }
    const Script broken = Script::make("test", "return redis.error_reply('MINE no')");
    EXPECT_THROW(run_task(io_, run_script(client, broken, {}, {})), CommandError);
}

TEST_F(ClientTest, AuthenticatesAndNeverRevealsThePassword) {
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
    ASSERT_TRUE(run_until(io_, [&] { return stranger.stats().errors.value() >= 1; }));
    Outcome outcome;
    begin(stranger, {"PING"}, outcome);
    ASSERT_TRUE(run_until(io_, [&] { return outcome.is_done; }));
    EXPECT_EQ(outcome.reply, "redis: HELLO was refused: WRONGPASS");
}

TEST_F(ClientTest, AuthenticatesAsANamedUser) {
    TestServer guarded(
        {"--user", "default", "off", "--user", "marie", "on", ">s3cret", "~own:*", "&own:*", "+@all", "-@dangerous"});
    ClientOptions named = options();
    named.socket_path = guarded.socket_path();
    named.username = "marie";
    named.password = "s3cret";
    Client client(io_, named);
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
    EXPECT_THROW(run_task(io_, run_script(client, Script::make("test", "return 1"), {"a", "b"}, {})), std::logic_error);
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

TEST_F(ClientTest, RunsTheHookFirstOnEveryConnection) {
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

}  // namespace
}  // namespace mindspace::redis
