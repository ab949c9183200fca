// Client and subscriber while the cluster changes: slots move, masters fail, replicas take over.

#include "platform/base/result.h"
#include "support/redis/cluster_traffic.h"

#include <boost/asio/co_spawn.hpp>

#include <csignal>
#include <future>

namespace mindspace::redis {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

std::string text_of(const std::exception_ptr& fault) {
    try {
        if (fault) std::rethrow_exception(fault);
    } catch (const Unavailable& unavailable) {
        return unavailable.what();
    }
    return {};
}

TEST_F(RedisCluster, FollowsAskRedirectionsWhileASlotMoves) {
    ClientOptions impatient = shared_cluster->options();
    impatient.command_timeout = scaled(Milliseconds(200));
    Client client(io_, impatient);
    client.start();
    ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    auto order = [&](Words words) { return run_task(io_, send(client, std::move(words))); };

    order({"SET", "{move}old", "old"});
    auto& from = shared_cluster->owner_of("{move}");
    auto& to = shared_cluster->master_without("{move}");
    Slot slot = hash_slot("{move}");
    TestCluster::begin_move(slot, from, to);

    EXPECT_EQ(order({"GET", "{move}old"}).as_string(), "old");
    EXPECT_EQ(client.stats().redirections.value(), 0U);
    EXPECT_EQ(order({"SET", "{move}new", "new"}).as_string(), "OK");
    EXPECT_EQ(order({"GET", "{move}new"}).as_string(), "new");
    EXPECT_EQ(client.stats().redirections.value(), 2U) << "each of them anew: the slot has not moved";
    EXPECT_EQ(TestCluster::run_command(to, {"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)}), "1");
    // Its two keys are on different nodes: no node can execute it.
    auto asked_at = steady_clock::now();
    EXPECT_THROW(order({"MGET", "{move}old", "{move}new"}), Unavailable);
    EXPECT_GE(steady_clock::now() - asked_at, impatient.command_timeout);
    EXPECT_THROW(order({"EVAL", "redis.call('DEL', KEYS[1]) return redis.call('GET', KEYS[1])", "1", "{move}old"}),
                 Unavailable);

    impatient.max_pending = 2;
    Client crowded(io_, impatient);
    crowded.start();
    ASSERT_TRUE(run_until(io_, [&] { return crowded.is_up(); }));
    std::vector<std::string> faults;
    for (int i = 0; i < 3; ++i) {
        std::uint64_t errors = crowded.stats().errors.value();
        asio::co_spawn(io_, send(crowded, {"MGET", "{move}new", "{move}none"}),
                       [&](const std::exception_ptr& fault, const Value&) { faults.push_back(text_of(fault)); });
        ASSERT_TRUE(run_until(io_, [&] { return crowded.stats().errors.value() >= errors + 2; })) << "ASK, TRYAGAIN";
    }
    ASSERT_TRUE(run_until(io_, [&] { return faults.size() == 3; }));
    EXPECT_EQ(faults[0], "redis: too many commands are pending") << "the others wait on";

    TestCluster::end_move(slot, from, to);
    EXPECT_EQ(order({"MGET", "{move}old", "{move}new"}).at(1).as_string(), "new");
    shared_cluster->wait_until_healthy();
}

// The client does not refresh during these changes: the map of slots is the same before and after.
TEST_F(RedisCluster, ResubscribesChannelsThatHaveLeftANodeAndReturned) {
    Slot slot = hash_slot(channels_[0]);
    auto& source = shared_cluster->owner_of(channels_[0]);
    auto& target = shared_cluster->master_without(channels_[0]);
    gaps_ = 0;
    TestCluster::begin_move(slot, source, target);
    TestCluster::end_move(slot, source, target);
    TestCluster::begin_move(slot, target, source);
    TestCluster::end_move(slot, target, source);
    EXPECT_TRUE(receives_everything());
    EXPECT_GT(gaps_, 0);
    shared_cluster->wait_until_healthy();
}

TEST_F(RedisCluster, SubscribesWhereTheSlotIsAlthoughTheMapIsOutOfDate) {
    Slot slot = hash_slot("{moved}");
    auto& former = shared_cluster->owner_of("{moved}");
    auto& owner = shared_cluster->master_without("{moved}");
    TestCluster::begin_move(slot, former, owner);
    TestCluster::end_move(slot, former, owner);
    std::string heard;
    Subscription subscription = subscriber_.subscribe("{moved}", [&](std::string_view text) { heard = text; });
    ASSERT_TRUE(run_task(io_, confirm(subscriber_, "{moved}")));
    EXPECT_GE(subscriber_.stats().errors.value(), 1U) << "MOVED";
    call({"SPUBLISH", "{moved}", "hello"});
    EXPECT_TRUE(run_until(io_, [&] { return heard == "hello"; }));
    shared_cluster->wait_until_healthy();
}

TEST_F(RedisCluster, FollowsSlotsThatMoveUnderTraffic) {
    start_writers();
    auto& from = shared_cluster->owner_of(tag(0));
    auto& to = shared_cluster->master_without(tag(0));
    gaps_ = 0;
    auto resharding = std::async(std::launch::async, [&] {
        TestCluster::reshard(from, to, kMovedSlots);
        TestCluster::reshard(to, from, kMovedSlots);
    });
    ASSERT_TRUE(run_until(io_, [&] { return resharding.wait_for(seconds(0)) == std::future_status::ready; }));
    resharding.get();
    stop_writers();
    EXPECT_EQ(count_unavailable(), 0);
    EXPECT_GT(client_.stats().redirections.value(), 0U) << "or nothing was tested";
    EXPECT_GT(gaps_, 0);
    EXPECT_TRUE(receives_everything());
}

TEST_F(RedisCluster, RecoversAfterAMasterWasKilledUnderTraffic) {
    shared_cluster->set_node_timeout(seconds(2));
    start_writers();
    ASSERT_TRUE(run_until(io_, [this] { return writers_[0].acknowledged > 10; }));
    auto& victim = shared_cluster->owner_of(tag(0));
    gaps_ = 0;
    victim.server->signal(SIGKILL);
    auto killed_at = steady_clock::now();
    ASSERT_TRUE(run_until(io_, [&] { return writers_[0].unavailable > 0; }));
    ASSERT_TRUE(run_until(io_, [&] { return writers_[0].acknowledged_at > killed_at && client_.is_up(); }));
    RecordProperty("failover_ms", static_cast<int>((steady_clock::now() - killed_at) / Milliseconds(1)));
    EXPECT_LT(steady_clock::now() - killed_at, scaled(seconds(10)));
    stop_writers();
    ASSERT_TRUE(run_until(io_, [this] { return subscriber_.is_up(); }));
    EXPECT_GT(gaps_, 0);
    EXPECT_TRUE(receives_everything());

    victim.server->start();
    shared_cluster->set_node_timeout(TestCluster::kNodeTimeout);
    shared_cluster->wait_until_healthy();
    EXPECT_TRUE(receives_everything());
}

TEST_F(RedisCluster, LosesNothingInAPlannedFailover) {
    start_writers();
    auto& master = shared_cluster->owner_of(tag(0));
    auto& replica = shared_cluster->replica_of(master);
    TestCluster::run_command(replica, {"CLUSTER", "FAILOVER"});
    ASSERT_TRUE(run_until(io_, [&] { return shared_cluster->owner_of(tag(0)).port == replica.port; }));
    auto taken_over_at = steady_clock::now();
    ASSERT_TRUE(run_until(io_, [&] { return writers_[0].acknowledged_at > taken_over_at; }));
    stop_writers();
    EXPECT_EQ(count_unavailable(), 0);
    shared_cluster->wait_until_healthy();
    EXPECT_TRUE(receives_everything());
}

}  // namespace
}  // namespace mindspace::redis
