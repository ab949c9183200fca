// A replica that takes over without the last events, on real Redis servers.

#include "platform/redis/connection/client.h"
#include "services/meditation/rooms/order/order.h"
#include "support/base/process.h"
#include "support/base/timeout.h"
#include "support/postgres/loop.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

// A server and its clients.
struct Redis {
    Redis(asio::io_context& io, std::vector<std::string> arguments) : io(io), server(std::move(arguments)) {
        client.start();
        postgres::run_until(io, [this] { return client.is_up(); });
    }
    static redis::ClientOptions options(const redis::TestServer& server) {
        redis::ClientOptions options;
        options.socket_path = server.socket_path();
        return options;
    }
    redis::Value command(const std::vector<std::string>& words) {
        return postgres::run(io, client.command({words.begin(), words.end()}));
    }

    asio::io_context& io;
    redis::TestServer server;
    redis::Client client{io, options(server)};
    RoomOrder order{client};
};

class RoomFailoverTest : public testing::Test {
protected:
    // The first replica of a master also makes it begin a new history.
    void SetUp() override {
        ASSERT_TRUE(eventually(
            [&] { return replica_.command({"INFO", "replication"}).as_string().contains("master_link_status:up"); }));
    }
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }
    EnterResult enter(Redis& redis, std::optional<ResumePoint> resume = {}) {
        EnterRequest request{.facts = facts_,
                             .lease = lease_,
                             .participant = {.id = lease_.user, .display_name = "Ada", .avatar_url = {}},
                             .resume = std::move(resume)};
        return run(redis.order.enter(std::move(request), now_)).value();
    }
    void react(Redis& redis, const std::string& epoch, ReactionKind kind) {
        ReactionRequest request{
            .epoch = epoch, .reaction = make_reaction(lease_.user, kind), .limit = reaction_limit(5)};
        EXPECT_EQ(run(redis.order.react(facts_.group, std::move(request), now_)).outcome,
                  ReactResult::Outcome::ordered);
    }
    bool replica_has(std::int64_t seq) {
        return eventually([&] {
            auto known = replica_.command({"HGET", room_channel(facts_.group), "seq"});
            return !known.is_null() && known.as_string() == std::to_string(seq);
        });
    }

    asio::io_context io_;
    const std::string port_ = std::to_string(free_port());
    Redis master_{io_, {"--port", port_, "--repl-diskless-sync-delay", "0"}};
    Redis replica_{io_, {"--replicaof", "127.0.0.1", port_}};
    const Timestamp now_ = SystemClock{}.now();
    const RoomFacts facts_{
        .group = GroupId::make(now_), .state = GroupState::scheduled, .starts_at = {}, .ends_at = {}};
    const Lease lease_{UserId::make(now_), ConnectionId::make(now_), now_ + 25s};
};

TEST_F(RoomFailoverTest, NoNumberIsAssignedTwiceInAnEpoch) {
    auto before = enter(master_);
    react(master_, before.epoch, ReactionKind::heart);
    ASSERT_TRUE(replica_has(2));
    replica_.command({"REPLICAOF", "NO", "ONE"});  // from now on it receives nothing
    react(master_, before.epoch, ReactionKind::bow);

    ReactionRequest request{
        .epoch = before.epoch, .reaction = make_reaction(lease_.user, ReactionKind::smile), .limit = reaction_limit(5)};
    EXPECT_EQ(run(replica_.order.react(facts_.group, std::move(request), now_)).outcome, ReactResult::Outcome::outdated)
        << "it would be number 3 again";
    auto renewal = run(replica_.order.renew(facts_, {lease_}, now_));
    EXPECT_NE(renewal.epoch, before.epoch);
    EXPECT_EQ(renewal.unknown, std::vector{lease_.connection});
    auto after = enter(replica_, ResumePoint{before.epoch, 3});
    EXPECT_EQ(after.epoch, renewal.epoch);
    EXPECT_FALSE(after.missed) << "events after the third of the old epoch are unknown";
    react(replica_, after.epoch, ReactionKind::smile);
}

TEST_F(RoomFailoverTest, TheSameServerContinuesItsEpoch) {
    auto before = enter(master_);
    react(master_, before.epoch, ReactionKind::heart);
    EXPECT_EQ(enter(master_).epoch, before.epoch);
    EXPECT_EQ(run(master_.order.read_after(facts_.group, 0)).seq, 2);
}

}  // namespace
}  // namespace mindspace::meditation
