#include "services/meditation/rooms/live/connection_stats.h"

#include "platform/redis/connection/client.h"
#include "platform/redis/pubsub/subscriber.h"
#include "services/meditation/client.h"
#include "support/http/token_access.h"
#include "support/meditation/group_database.h"
#include "support/postgres/loop.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class ConnectionStatsTest : public testing::Test {
protected:
    ConnectionStatsTest() {
        redis_.start();
        postgres::run_until(io_, [this] { return redis_.is_up(); });
    }
    static redis::ClientOptions options(const redis::TestServer& server) {
        redis::ClientOptions options;
        options.socket_path = server.socket_path();
        return options;
    }
    static GroupId group(int number) { return GroupId{Uuid::from_name("group " + std::to_string(number))}; }
    ConnectionStats& stats(const std::string& name, Milliseconds ttl = 15s) {
        return *all_.emplace_back(std::make_unique<ConnectionStats>(io_, redis_, rooms_, name, ttl));
    }
    void report(ConnectionStats& stats, std::vector<RoomCount> counts) {
        postgres::run(io_, stats.report(std::move(counts)));
    }
    std::string read() {
        std::string text;
        for (const auto& node : postgres::run(io_, all_.front()->read())) {
            text += node.node + " " + std::to_string(node.connections) + ":";
            for (const auto& room : node.rooms) text += " " + std::to_string(room.connections);
            text += "; ";
        }
        return text;
    }

    asio::io_context io_;
    redis::TestServer server_;
    GroupTestDatabase database_{io_};
    redis::Client redis_{io_, options(server_)};
    redis::Subscriber subscriber_{io_, options(server_)};
    TokenAccess access_;
    LiveSettings settings_;
    LiveRooms rooms_{io_, {database_.client(), redis_, subscriber_}, access_.control(), settings_};
    std::vector<std::unique_ptr<ConnectionStats>> all_;
};

TEST_F(ConnectionStatsTest, SumsTheCoresOfAProcess) {
    auto& first = stats("a:1/0");
    auto& second = stats("a:1/1");
    auto& other = stats("b:1/0");
    report(first, {{group(1), 2}, {group(2), 5}});
    report(second, {{group(1), 4}});
    report(other, {{group(1), 1}});
    EXPECT_EQ(read(), "a:1 11: 6 5; b:1 1: 1; ");
    EXPECT_EQ(other.known_cores(), 3);
    EXPECT_EQ(other.known_connections(), 12);
    report(second, {});
    EXPECT_EQ(read(), "a:1 7: 5 2; b:1 1: 1; ");
    EXPECT_EQ(second.known_connections(), 8);
    EXPECT_EQ(postgres::run(io_, count_connections(redis_)), 8);
}

TEST_F(ConnectionStatsTest, RemovesANodeThatNoLongerReports) {
    auto& alive = stats("alive:1/0");
    report(stats("dead:1/0", 100ms), {{group(1), 3}});
    report(alive, {{group(1), 1}});
    EXPECT_EQ(alive.known_connections(), 4);
    postgres::run_until(io_, [this] { return read() == "alive:1 1: 1; "; });
    report(alive, {{group(1), 1}});
    EXPECT_EQ(alive.known_cores(), 1);
    EXPECT_EQ(alive.known_connections(), 1);
}

TEST_F(ConnectionStatsTest, ReportsPeriodicallyAndSurvivesAnEmptyRedis) {
    auto& stats = this->stats("a:1/0", 150ms);
    stats.start();
    postgres::run_until(io_, [&] { return stats.known_cores() == 1; });
    std::vector<std::string_view> words{"FLUSHALL"};
    postgres::run(io_, redis_.command(std::move(words)));
    postgres::run_until(io_, [this] { return read() == "a:1 0:; "; });
    stats.stop();
}

}  // namespace
}  // namespace mindspace::meditation
