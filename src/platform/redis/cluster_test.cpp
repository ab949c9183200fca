// Client and subscriber against six real nodes, while the cluster changes under them.

#include "platform/redis/cluster.h"

#include "platform/base/result.h"
#include "platform/redis/client.h"
#include "platform/redis/subscriber.h"
#include "platform/redis/test_calls.h"
#include "platform/redis/test_cluster.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <stdexcept>

namespace mindspace::redis {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

Awaitable<bool> confirm(Subscriber& subscriber, std::string channel) {
    co_await subscriber.confirmed(std::move(channel));
    co_return true;
}

// Writes numbers to two keys of one slot, one write after the other, and reads what it wrote.
struct Writer {
    std::string tag;
    int written = 0;
    int acknowledged = 0;
    int unavailable = 0;
    std::vector<std::string> wrong;
    steady_clock::time_point acknowledged_at;
    bool is_done = false;
};

const Script kWriteBoth =
    Script::make("redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GETSET', KEYS[2], ARGV[1])");

Awaitable<> write_once(Client& client, Writer& writer) {
    Words keys{"{" + writer.tag + "}a", "{" + writer.tag + "}b"};
    std::string text = writer.tag + "/" + std::to_string(++writer.written);
    Words args{text};
    co_await run_script(client, kWriteBoth, keys, std::move(args));
    writer.acknowledged = writer.written;
    writer.acknowledged_at = steady_clock::now();
    Words read{"MGET", keys[0], keys[1]};
    Value both = co_await send(client, std::move(read));
    for (const Value& found : both.items()) {
        if (found.is_null() || found.as_string() != text)
            writer.wrong.push_back(text + " read as " + (found.is_null() ? "nothing" : found.as_string()));
    }
}

Awaitable<> write_until(const bool& is_over, asio::io_context& io, Client& client, Writer& writer) {
    asio::steady_timer pause(io);
    while (!is_over) {
        try {
            co_await write_once(client, writer);
        } catch (const Unavailable&) {
            ++writer.unavailable;
        } catch (const std::exception& fault) {
            writer.wrong.emplace_back(fault.what());
        }
        pause.expires_after(Milliseconds(2));
        co_await pause.async_wait(asio::use_awaitable);
    }
    writer.is_done = true;
}

std::string text_of(const std::exception_ptr& fault) {
    try {
        if (fault) std::rethrow_exception(fault);
    } catch (const Unavailable& unavailable) {
        return unavailable.what();
    }
    return {};
}

constexpr std::size_t kWriters = 24;
constexpr Slot kMovedSlots = 300;  // redis-cli moves the lowest slots that a node has

// A third of them in slots that move.
std::string tag(std::size_t index) {
    static const std::vector<std::string> tags = [] {
        std::vector<std::string> found;
        for (int i = 0; found.size() < kWriters / 3; ++i) {
            if (hash_slot("w" + std::to_string(i)) < kMovedSlots) found.push_back("w" + std::to_string(i));
        }
        for (int i = 0; found.size() < kWriters; ++i) found.push_back("v" + std::to_string(i));
        return found;
    }();
    return tags[index];
}

class RedisCluster : public testing::Test {
protected:
    static void SetUpTestSuite() { shared_cluster = std::make_unique<TestCluster>(); }
    static void TearDownTestSuite() { shared_cluster.reset(); }

    void SetUp() override {
        for (std::size_t i = 0; i < kWriters; ++i) writers_.emplace_back().tag = tag(i);
        heard_.resize(kWriters);
        for (std::size_t i = 0; i < kWriters; ++i) {
            channels_.push_back("room:{" + tag(i) + "}");
            auto hear = [this, i](std::string_view text) { heard_[i] = std::stoi(std::string(text)); };
            subscriptions_.push_back(subscriber_.subscribe(channels_[i], hear));
        }
        subscriber_.on_gap([this] { ++gaps_; });
        client_.start();
        subscriber_.start();
        ASSERT_TRUE(run_until(io_, [this] { return client_.is_up() && subscriber_.is_up(); }));
        for (const std::string& channel : channels_) ASSERT_TRUE(run_task(io_, confirm(subscriber_, channel)));
    }

    // Whoever still waits, after a test that failed, ends while what they write to is there.
    void TearDown() override {
        is_over_ = true;
        client_.stop();
        io_.restart();
        io_.run_for(Milliseconds(20));
    }

    Value call(Words words) { return run_task(io_, send(client_, std::move(words))); }

    void start_writers() {
        for (Writer& writer : writers_)
            asio::co_spawn(io_, write_until(is_over_, io_, client_, writer), [](std::exception_ptr) {});
    }

    void stop_writers() {
        is_over_ = true;
        ASSERT_TRUE(run_until(io_, [this] { return std::ranges::all_of(writers_, &Writer::is_done); }));
        for (const Writer& writer : writers_) EXPECT_EQ(writer.wrong, Words()) << writer.tag;
    }

    int count_unavailable() const {
        int count = 0;
        for (const Writer& writer : writers_) count += writer.unavailable;
        return count;
    }

    // Whether what is published from now on reaches every channel, within two seconds.
    bool hears_everything() {
        int number = ++published_;
        for (const std::string& channel : channels_) {
            run_task(io_, confirm(subscriber_, channel));
            call({"SPUBLISH", channel, std::to_string(number)});
        }
        return run_until(io_, [&] { return std::ranges::count(heard_, number) == std::ssize(heard_); }, seconds(2));
    }

    static std::unique_ptr<TestCluster> shared_cluster;
    asio::io_context io_;
    Client client_{io_, shared_cluster->options()};
    Subscriber subscriber_{io_, shared_cluster->options()};
    std::vector<Writer> writers_;
    bool is_over_ = false;
    std::vector<std::string> channels_;
    std::vector<int> heard_;
    std::vector<Subscription> subscriptions_;
    int published_ = 0;
    int gaps_ = 0;
};

std::unique_ptr<TestCluster> RedisCluster::shared_cluster;

TEST_F(RedisCluster, BringsEachCommandToTheNodeOfItsKeys) {
    for (int i = 0; i < 100; ++i) {
        std::string key = "key:" + std::to_string(i);
        EXPECT_EQ(call({"SET", key, key}).as_string(), "OK");
        EXPECT_EQ(call({"GET", key}).as_string(), key);
    }
    EXPECT_EQ(client_.stats().redirections.read(), 0U);
    EXPECT_EQ(call({"MGET", "{key:1}x", "key:1"}).at(1).as_string(), "key:1");
    EXPECT_EQ(call({"PING"}).as_string(), "PONG");
    EXPECT_EQ(call({"EVAL", "return 1", "0"}).as_integer(), 1);
    EXPECT_THROW(call({"MGET", "key:1", "key:2"}), std::logic_error);
    EXPECT_THROW(call({"INCR", "key:1"}), CommandError);
}

TEST_F(RedisCluster, RunsScriptsOnEveryNode) {
    for (const char* key : {"a", "b", "c", "d"}) {
        for (int round = 0; round < 2; ++round)
            run_task(io_, run_script(client_, kWriteBoth,
                                     {std::string("{") + key + "}1", std::string("{") + key + "}2"}, {key}));
        EXPECT_EQ(call({"GET", std::string("{") + key + "}2"}).as_string(), key);
    }
    EXPECT_LE(client_.stats().errors.read(), 3U) << "NOSCRIPT, once a node at most";
    EXPECT_THROW(run_task(io_, run_script(client_, kWriteBoth, {"a", "b"}, {"x"})), std::logic_error);
}

TEST_F(RedisCluster, HearsWhatScriptsPublishOnAnyNode) {
    EXPECT_TRUE(hears_everything());
    const Script publish = Script::make("return redis.call('SPUBLISH', KEYS[1], ARGV[1])");
    for (const std::string& channel : channels_)
        EXPECT_EQ(run_task(io_, run_script(client_, publish, {channel}, {"77"})).as_integer(), 1);
    EXPECT_TRUE(run_until(io_, [this] { return std::ranges::count(heard_, 77) == std::ssize(heard_); }));
    EXPECT_EQ(gaps_, 3) << "the first connect to each master";
}

TEST_F(RedisCluster, StartsFromAnySeedThatAnswers) {
    ClientOptions options = shared_cluster->options();
    options.seeds = {{"127.0.0.1", 1}, {"127.0.0.1", shared_cluster->nodes()[5].port}};
    Client client(io_, options);
    client.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    EXPECT_EQ(run_task(io_, send(client, {"SET", "seed", "5"})).as_string(), "OK");
}

TEST_F(RedisCluster, IsNotUpOnANodeWithoutACluster) {
    std::uint16_t port = free_port();
    TestServer lonely({"--port", std::to_string(port)});
    ClientOptions options = shared_cluster->options();
    options.seeds = {{"127.0.0.1", port}};
    Client client(io_, options);
    client.start();
    std::string fault;
    EXPECT_TRUE(run_until(io_, [&] {
        try {
            run_task(io_, send(client, {"PING"}));
        } catch (const Unavailable& unavailable) {
            fault = unavailable.what();
        }
        return fault == "ERR This instance has cluster support disabled";
    })) << fault;
}

TEST_F(RedisCluster, StopFailsWhatIsPendingAndLeavesNothingBehind) {
    start_writers();
    ASSERT_TRUE(run_until(io_, [this] { return client_.stats().pending.read() > 0; }));
    client_.stop();
    subscriber_.stop();
    EXPECT_EQ(client_.stats().pending.read(), 0U);
    EXPECT_FALSE(client_.is_up());
    EXPECT_THROW(call({"PING"}), Unavailable);
    is_over_ = true;
    EXPECT_TRUE(run_until(io_, [this] { return io_.stopped(); })) << "no timer, no socket, no loop";
}

TEST_F(RedisCluster, AsksWhereASlotIsGoingWhileItMoves) {
    ClientOptions impatient = shared_cluster->options();
    impatient.command_timeout = Milliseconds(300);
    Client client(io_, impatient);
    client.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    auto order = [&](Words words) { return run_task(io_, send(client, std::move(words))); };

    order({"SET", "{move}old", "old"});
    auto& from = shared_cluster->owner_of("{move}");
    auto& to = shared_cluster->stranger_to("{move}");
    Slot slot = hash_slot("{move}");
    TestCluster::begin_move(slot, from, to);

    EXPECT_EQ(order({"GET", "{move}old"}).as_string(), "old");
    EXPECT_EQ(client.stats().redirections.read(), 0U);
    EXPECT_EQ(order({"SET", "{move}new", "new"}).as_string(), "OK");
    EXPECT_EQ(order({"GET", "{move}new"}).as_string(), "new");
    EXPECT_EQ(client.stats().redirections.read(), 2U) << "each of them anew: the slot has not moved";
    EXPECT_EQ(TestCluster::ask(to, {"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)}), "1");
    // Its two keys are in two places: no node can answer.
    auto asked_at = steady_clock::now();
    EXPECT_THROW(order({"MGET", "{move}old", "{move}new"}), Unavailable);
    EXPECT_GE(steady_clock::now() - asked_at, Milliseconds(300));
    EXPECT_THROW(order({"EVAL", "redis.call('DEL', KEYS[1]) return redis.call('GET', KEYS[1])", "1", "{move}old"}),
                 Unavailable);

    impatient.max_pending = 2;
    Client crowded(io_, impatient);
    crowded.start();
    ASSERT_TRUE(run_until(io_, [&] { return crowded.is_up(); }));
    std::vector<std::string> faults;
    for (int i = 0; i < 3; ++i) {
        std::uint64_t errors = crowded.stats().errors.read();
        asio::co_spawn(io_, send(crowded, {"MGET", "{move}new", "{move}none"}),
                       [&](const std::exception_ptr& fault, const Value&) { faults.push_back(text_of(fault)); });
        ASSERT_TRUE(run_until(io_, [&] { return crowded.stats().errors.read() >= errors + 2; })) << "ASK, TRYAGAIN";
    }
    ASSERT_TRUE(run_until(io_, [&] { return faults.size() == 3; }));
    EXPECT_EQ(faults[0], "redis: too many commands wait") << "the others wait on";

    TestCluster::end_move(slot, from, to);
    EXPECT_EQ(order({"MGET", "{move}old", "{move}new"}).at(1).as_string(), "new");
    shared_cluster->wait_until_whole();
}

// While all that happens nobody here looks: the map of slots is the same before and after.
TEST_F(RedisCluster, SubscribesAgainWhatHasLeftANodeAndComeBack) {
    Slot slot = hash_slot(channels_[0]);
    auto& home = shared_cluster->owner_of(channels_[0]);
    auto& away = shared_cluster->stranger_to(channels_[0]);
    gaps_ = 0;
    TestCluster::begin_move(slot, home, away);
    TestCluster::end_move(slot, home, away);
    TestCluster::begin_move(slot, away, home);
    TestCluster::end_move(slot, away, home);
    EXPECT_TRUE(hears_everything());
    EXPECT_GT(gaps_, 0);
    shared_cluster->wait_until_whole();
}

TEST_F(RedisCluster, SubscribesWhereTheSlotIsAlthoughTheMapIsOutOfDate) {
    Slot slot = hash_slot("{moved}");
    auto& former = shared_cluster->owner_of("{moved}");
    auto& owner = shared_cluster->stranger_to("{moved}");
    TestCluster::begin_move(slot, former, owner);
    TestCluster::end_move(slot, former, owner);
    std::string heard;
    Subscription subscription = subscriber_.subscribe("{moved}", [&](std::string_view text) { heard = text; });
    ASSERT_TRUE(run_task(io_, confirm(subscriber_, "{moved}")));
    EXPECT_GE(subscriber_.stats().errors.read(), 1U) << "MOVED";
    call({"SPUBLISH", "{moved}", "hello"});
    EXPECT_TRUE(run_until(io_, [&] { return heard == "hello"; }));
    shared_cluster->wait_until_whole();
}

TEST_F(RedisCluster, FollowsSlotsThatMoveUnderTraffic) {
    start_writers();
    auto& from = shared_cluster->owner_of(tag(0));
    auto& to = shared_cluster->stranger_to(tag(0));
    gaps_ = 0;
    auto resharding = std::async(std::launch::async, [&] {
        TestCluster::reshard(from, to, kMovedSlots);
        TestCluster::reshard(to, from, kMovedSlots);
    });
    ASSERT_TRUE(
        run_until(io_, [&] { return resharding.wait_for(seconds(0)) == std::future_status::ready; }, seconds(60)));
    resharding.get();
    stop_writers();
    EXPECT_EQ(count_unavailable(), 0);
    EXPECT_GT(client_.stats().redirections.read(), 0U) << "or nothing was tested";
    EXPECT_GT(gaps_, 0);
    EXPECT_TRUE(hears_everything());
}

TEST_F(RedisCluster, ComesBackAfterAMasterWasKilledUnderTraffic) {
    start_writers();
    ASSERT_TRUE(run_until(io_, [this] { return writers_[0].acknowledged > 10; }));
    auto& victim = shared_cluster->owner_of(tag(0));
    gaps_ = 0;
    victim.server->signal(SIGKILL);
    auto killed_at = steady_clock::now();
    ASSERT_TRUE(run_until(io_, [&] { return writers_[0].unavailable > 0; }));
    ASSERT_TRUE(
        run_until(io_, [&] { return writers_[0].acknowledged_at > killed_at && client_.is_up(); }, seconds(15)));
    RecordProperty("failover_ms", static_cast<int>((steady_clock::now() - killed_at) / Milliseconds(1)));
    EXPECT_LT(steady_clock::now() - killed_at, seconds(10));
    stop_writers();
    ASSERT_TRUE(run_until(io_, [this] { return subscriber_.is_up(); }));
    EXPECT_GT(gaps_, 0);
    EXPECT_TRUE(hears_everything());

    victim.server->start();
    shared_cluster->wait_until_whole();
    EXPECT_TRUE(hears_everything());
}

TEST_F(RedisCluster, LosesNothingWhenAReplicaTakesOverByOrder) {
    start_writers();
    auto& master = shared_cluster->owner_of(tag(0));
    auto& replica = shared_cluster->replica_of(master);
    TestCluster::ask(replica, {"CLUSTER", "FAILOVER"});
    ASSERT_TRUE(run_until(io_, [&] { return shared_cluster->owner_of(tag(0)).port == replica.port; }));
    auto taken_over_at = steady_clock::now();
    ASSERT_TRUE(run_until(io_, [&] { return writers_[0].acknowledged_at > taken_over_at; }));
    stop_writers();
    EXPECT_EQ(count_unavailable(), 0);
    shared_cluster->wait_until_whole();
    EXPECT_TRUE(hears_everything());
}

}  // namespace
}  // namespace mindspace::redis
