#include "services/user/profile_cache.h"

#include "support/postgres/loop.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <csignal>
#include <random>

namespace mindspace::user {
namespace {

using namespace std::chrono_literals;

redis::ClientOptions options_of(const redis::TestServer& server) {
    redis::ClientOptions options;
    options.socket_path = server.socket_path();
    options.command_timeout = 30s;  // a loaded machine is not a lost Redis
    return options;
}

// A core of a node.
struct Node {
    Node(asio::io_context& io, const redis::TestServer& server) : redis(io, options_of(server)), cache(redis, 1000) {
        redis.start();
        postgres::run_until(io, [this] { return redis.is_up(); });
    }
    redis::Client redis;
    ProfileCache cache;
};

// The table: one number per user.
struct Table {
    struct Row {
        std::int32_t value = 1;
        std::int32_t promised = 1;  // by a write that has completed
    };
    std::map<UserId, Row> rows;
    int loads = 0;
};

class ProfileCacheTest : public testing::Test {
protected:
    UserId add_user() {
        auto id = UserId::make(SystemClock{}.now());
        table_.rows[id];
        return id;
    }
    // As admission does.
    Awaitable<std::string> version_of(Node& node, UserId id) {
        auto key = cache_version_key(id);
        auto reply = co_await node.redis.command({"GET", key});
        co_return reply.is_null() ? "" : reply.as_string();
    }
    Awaitable<> pause(int at_most_us) {
        std::uniform_int_distribution<int> delay(0, at_most_us);
        asio::steady_timer timer(io_, std::chrono::microseconds(delay(random_)));
        co_await timer.async_wait(asio::use_awaitable);
    }
    // Waits after it has read: what the cache then writes is outdated.
    Awaitable<std::optional<User>> load(UserId id) {
        ++table_.loads;
        User user;
        user.id = id;
        user.version = user.daily_goal_seconds = table_.rows.at(id).value;
        co_await pause(load_pause_us_);
        co_return user;
    }
    static Awaitable<std::optional<User>> give(std::optional<User> user) { co_return user; }
    Awaitable<std::int32_t> read(Node& node, UserId id) {
        auto version = co_await version_of(node, id);
        if (const auto* user = node.cache.find(id, version)) co_return user->version;
        auto user = co_await node.cache.fetch(id, std::move(version), [this, id] { return load(id); });
        EXPECT_EQ(user->version, user->daily_goal_seconds);
        co_return user->version;
    }
    Awaitable<> write(Node& node, UserId id) {
        auto& row = table_.rows.at(id);
        co_await node.cache.begin_write(id);
        co_await pause(100);
        auto written = ++row.value;
        co_await pause(100);
        co_await node.cache.end_write(id);
        row.promised = std::max(row.promised, written);
    }
    // Ends what a failed test leaves running before the objects that it refers to are destroyed.
    void TearDown() override {
        first_.redis.stop();
        second_.redis.stop();
        postgres::run_to_end(io_);
    }
    // One of the concurrent actors.
    Awaitable<> act(Node& node, std::vector<UserId> users, int actions) {
        for (int i = 0; i < actions; ++i) {
            ++actions_;
            auto id = users[random_() % users.size()];
            if (random_() % 20 == 0) {
                co_await write(node, id);
                continue;
            }
            auto promised = table_.rows.at(id).promised;
            auto seen = co_await read(node, id);
            if (seen < promised) ++stale_;
        }
    }
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }
    std::int32_t read_now(Node& node, UserId id) { return run(read(node, id)); }

    asio::io_context io_;
    redis::TestServer server_;
    Node first_{io_, server_};
    Node second_{io_, server_};
    Table table_;
    int load_pause_us_ = 0;
    int stale_ = 0;
    int actions_ = 0;
    std::mt19937 random_{2026};
};

TEST_F(ProfileCacheTest, ReadsTheCoreThenRedisThenTheTable) {
    auto id = add_user();
    EXPECT_EQ(read_now(first_, id), 1);
    EXPECT_EQ(table_.loads, 1);
    EXPECT_EQ(read_now(first_, id), 1);
    EXPECT_EQ(first_.cache.stats().level1.hits.value(), 1U);
    EXPECT_EQ(first_.cache.stats().level1.misses.value(), 1U);
    EXPECT_EQ(first_.cache.stats().level2.misses.value(), 1U);
    EXPECT_EQ(read_now(second_, id), 1);
    EXPECT_EQ(second_.cache.stats().level2.hits.value(), 1U);
    EXPECT_EQ(table_.loads, 1) << "the other node has asked Redis only";
}

TEST_F(ProfileCacheTest, PreservesEveryMemberInRedis) {
    const User ada{.id = UserId::make(SystemClock{}.now()),
                   .email = "ada@example.org",
                   .email_verified = true,
                   .display_name = "Ada \"静\"\n",
                   .timezone = "Europe/London",
                   .locale = "en-GB",
                   .avatar_url = "https://images.example/ada.png",
                   .daily_goal_seconds = 1200,
                   .day_start_hour = 4,
                   .role = http::Role::admin,
                   .created_at = Timestamp(1234567ms),
                   .updated_at = Timestamp(7654321ms),
                   .version = 42};
    run(first_.cache.fetch(ada.id, "", [&] { return give(ada); }));
    auto version = run(version_of(second_, ada.id));
    auto read = run(second_.cache.fetch(ada.id, version, [] { return give({}); }));
    ASSERT_TRUE(read);
    EXPECT_EQ(schema::to_json(*read), schema::to_json(ada));
    EXPECT_EQ(read->version, 42);
}

TEST_F(ProfileCacheTest, ReadsTheTableOnceForConcurrentMisses) {
    auto id = add_user();
    load_pause_us_ = 20'000;
    int completed = 0;
    for (int i = 0; i < 50; ++i)
        asio::co_spawn(io_, read(first_, id), [&](const std::exception_ptr& fault, int) {
            EXPECT_FALSE(fault);
            ++completed;
        });
    postgres::run_until(io_, [&] { return completed == 50; });
    EXPECT_EQ(table_.loads, 1);
}

TEST_F(ProfileCacheTest, CachesNothingDuringAWriteOrARedisOutage) {
    auto id = add_user();
    read_now(first_, id);
    run(second_.cache.begin_write(id));
    read_now(first_, id);
    read_now(first_, id);
    EXPECT_EQ(table_.loads, 3);
    run(second_.cache.end_write(id));
    read_now(first_, id);
    read_now(first_, id);
    EXPECT_EQ(table_.loads, 4);
    server_.signal(SIGKILL);
    postgres::run_until(io_, [this] { return !first_.redis.is_up(); });
    for (int i = 0; i < 2; ++i) {
        auto user = run(first_.cache.fetch(id, "", [this, id] { return load(id); }));
        EXPECT_TRUE(user);
    }
    EXPECT_EQ(table_.loads, 6);
}

TEST_F(ProfileCacheTest, IgnoresInvalidEntriesInRedis) {
    auto id = add_user();
    run(first_.cache.end_write(id));
    auto version = run(version_of(first_, id));
    for (const std::string& invalid : {std::string(), version, version + "\n", version + "\n1", version + "\nx\n{}",
                                       version + "\n1\n{\"id\":1}", version + "\n1\n{"}) {
        auto key = "{" + id.to_string() + "}:p";
        run(first_.redis.command({"SET", key, invalid}));
        EXPECT_EQ(read_now(second_, id), 1);
        run(second_.cache.end_write(id));
        version = run(version_of(first_, id));
    }
}

// A hundred thousand reads and writes on two nodes, with cache writes delayed at random: a read that begins after a
// write completed never sees the earlier value, and in the end no outdated entry is left.
TEST_F(ProfileCacheTest, LeavesNoStaleEntryAfterConcurrentAccess) {
    constexpr int kActors = 200;
    constexpr int kActions = 500;
    load_pause_us_ = 2000;
    std::vector<UserId> users;
    for (int i = 0; i < 20; ++i) users.push_back(add_user());
    int running = kActors;
    for (int actor = 0; actor < kActors; ++actor)
        asio::co_spawn(io_, act(actor % 2 == 0 ? first_ : second_, users, kActions),
                       [&](const std::exception_ptr& fault) {
                           EXPECT_FALSE(fault);
                           --running;
                       });
    while (running > 0) {
        const auto before = actions_;
        postgres::run_until(io_, [&] { return actions_ > before || running == 0; });
    }
    EXPECT_EQ(stale_, 0);
    for (auto id : users)
        for (auto* node : {&first_, &second_}) EXPECT_EQ(read_now(*node, id), table_.rows.at(id).value);
    const auto& stats = first_.cache.stats();
    EXPECT_GT(stats.level1.hits.value(), 0U);
    EXPECT_GT(stats.level2.hits.value(), 0U);
}

}  // namespace
}  // namespace mindspace::user
