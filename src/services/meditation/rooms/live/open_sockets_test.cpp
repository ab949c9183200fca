#include "services/meditation/rooms/live/open_sockets.h"

#include "platform/redis/connection/client.h"
#include "support/postgres/loop.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

class LiveOpenSocketsTest : public testing::Test {
protected:
    LiveOpenSocketsTest() {
        redis_.start();
        postgres::run_until(io_, [this] { return redis_.is_up(); });
    }
    static redis::ClientOptions options(const redis::TestServer& server) {
        redis::ClientOptions options;
        options.socket_path = server.socket_path();
        return options;
    }
    ConnectionId open() { return ConnectionId::make(now_ += 1ms); }
    std::vector<ConnectionId> claim(std::vector<ConnectionId> sockets) {
        return postgres::run(io_, open_.claim(user_, std::move(sockets), now_));
    }

    asio::io_context io_;
    redis::TestServer server_;
    redis::Client redis_{io_, options(server_)};
    OpenSockets open_{redis_, 3};
    Timestamp now_ = SystemClock{}.now();
    UserId user_ = UserId::make(now_);
};

TEST_F(LiveOpenSocketsTest, OneTooManyDisplacesTheOldest) {
    const auto first = open();
    const auto second = open();
    const auto third = open();
    EXPECT_TRUE(claim({third}).empty());
    EXPECT_TRUE(claim({first}).empty());
    EXPECT_TRUE(claim({second}).empty());
    EXPECT_EQ(claim({open()}), std::vector{first}) << "whichever came first to be counted";
    const auto late = claim({first});
    EXPECT_EQ(late, std::vector{first}) << "a late claim of a displaced socket gets no slot";
    postgres::run(io_, open_.release(user_, second));
    EXPECT_TRUE(claim({open()}).empty());
}

TEST_F(LiveOpenSocketsTest, TheSlotsOfADeadNodeExpire) {
    claim({open(), open(), open()});
    now_ += OpenSockets::kTtl;
    EXPECT_TRUE(claim({open(), open(), open()}).empty());
}

TEST_F(LiveOpenSocketsTest, AFlushedRedisIsRestoredAfterOneRound) {
    const std::vector here{open(), open()};
    const std::vector there{open(), open()};
    EXPECT_TRUE(claim(here).empty());
    std::vector<std::string_view> flush{"FLUSHALL"};
    postgres::run(io_, redis_.command(std::move(flush)));
    EXPECT_TRUE(claim(there).empty()) << "the others are not known yet";
    EXPECT_EQ(claim(here), std::vector{here[0]});
}

}  // namespace
}  // namespace mindspace::meditation
