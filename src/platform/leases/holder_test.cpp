// With a real Redis: what the scripts and the order of commands are for.

#include "platform/leases/holder.h"

#include "platform/leases/ending.h"
#include "platform/redis/connection/client.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace mindspace::leases {
namespace {

using std::chrono::steady_clock;

struct Core {
    Core(asio::io_context& io, const redis::ClientOptions& options)
        : client(io, options),
          subscriber(io, options),
          holder(io, client, subscriber,
                 {.end = [this](std::string_view subject) { ended.emplace_back(subject); },
                  .end_all = [this] { ended.emplace_back("all"); }}) {
        client.start();
        subscriber.start();
        holder.start();
    }
    void stop() {
        holder.stop();
        subscriber.stop();
        client.stop();
    }
    [[nodiscard]] bool is_fresh() const { return holder.membership().is_fresh(steady_clock::now()); }

    redis::Client client;
    redis::Subscriber subscriber;
    Holder holder;
    std::vector<std::string> ended;
};

class LeaseHolder : public testing::Test {
protected:
    LeaseHolder() {
        EXPECT_TRUE(redis::run_until(io_, [this] { return first_.is_fresh() && second_.is_fresh(); }));
        EXPECT_TRUE(redis::run_until(io_, [this] { return shares() == 2; })) << "the registry is old enough, too";
        first_.ended.clear();
        second_.ended.clear();
    }
    void TearDown() override {
        first_.stop();
        second_.stop();
        io_.poll();
    }
    redis::ClientOptions options() {
        redis::ClientOptions options;
        options.socket_path = server_.socket_path();
        return options;
    }
    unsigned shares() { return first_.holder.membership().shares(steady_clock::now()).value_or(0); }
    void end(const std::string& subject) {
        redis::run_task(io_, [](redis::Client& client, std::string text) -> Awaitable<bool> {
            co_await end_leases(client, std::move(text));
            co_return true;
        }(first_.client, subject));
    }

    redis::TestServer server_;
    asio::io_context io_;
    Core first_{io_, options()};
    Core second_{io_, options()};
};

TEST_F(LeaseHolder, HearsEachEndBeforeItsWriterContinues) {
    for (const auto* subject : {"one", "two", "three"}) {
        end(subject);
        EXPECT_EQ(first_.ended.back(), subject);
        EXPECT_EQ(second_.ended.back(), subject);
    }
    EXPECT_EQ(second_.ended.size(), 3U) << "and no others";
}

TEST_F(LeaseHolder, EndsAllAfterItHasMissedOne) {
    second_.subscriber.stop();
    end("unheard");
    EXPECT_FALSE(second_.is_fresh()) << "the writer has waited for that";
    EXPECT_TRUE(second_.ended.empty());
}

TEST_F(LeaseHolder, EndsAllAfterAFlush) {
    redis::run_task(io_, first_.client.command({"FLUSHALL"}));
    end("unknown to the new registry");
    for (const auto* core : {&first_, &second_})
        EXPECT_TRUE(!core->is_fresh() || core->ended.front() == "all") << "the writer has waited for that";
    EXPECT_TRUE(redis::run_until(io_, [this] { return first_.is_fresh() && second_.is_fresh(); }));
    EXPECT_EQ(second_.ended.front(), "all");
}

TEST_F(LeaseHolder, UsesNoLeaseWhileRedisIsStopped) {
    server_.signal(SIGSTOP);
    EXPECT_TRUE(redis::run_until(io_, [this] { return !first_.is_fresh(); }));
    server_.signal(SIGCONT);
    EXPECT_TRUE(redis::run_until(io_, [this] { return first_.is_fresh() && second_.is_fresh(); }));
    end("after");
    EXPECT_EQ(second_.ended.back(), "after");
}

}  // namespace
}  // namespace mindspace::leases
