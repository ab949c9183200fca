#pragma once
// For tests of client and subscriber against a real cluster, shared by a suite, with writers and listeners in slots of
// all its nodes.

#include "platform/redis/connection/client.h"
#include "platform/redis/pubsub/subscriber.h"
#include "support/redis/calls.h"
#include "support/redis/cluster.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace mindspace::redis {

// Writes numbers to two keys of one slot, one write after the other, and reads them back.
struct Writer {
    std::string tag;
    int written = 0;
    int acknowledged = 0;
    int unavailable = 0;
    std::vector<std::string> wrong;
    std::chrono::steady_clock::time_point acknowledged_at;
    bool is_done = false;
};

extern const Script kWriteBoth;

inline constexpr std::size_t kWriters = 24;
inline constexpr Slot kMovedSlots = 300;  // redis-cli moves the lowest slots of a node

// The hash tag of a writer. A third of them is in slots that move.
std::string tag(std::size_t index);
Awaitable<bool> confirm(Subscriber& subscriber, std::string channel);

class RedisCluster : public testing::Test {
protected:
    static void SetUpTestSuite() { shared_cluster = std::make_unique<TestCluster>(); }
    static void TearDownTestSuite() { shared_cluster.reset(); }

    void SetUp() override;
    // After a failed test, ends pending operations before the objects that they write to are destroyed.
    void TearDown() override;

    Value call(Words words) { return run_task(io_, send(client_, std::move(words))); }
    void start_writers();
    void stop_writers();
    [[nodiscard]] int count_unavailable() const;
    // Whether new publications reach every channel within the timeout.
    bool receives_everything();

    static std::unique_ptr<TestCluster> shared_cluster;
    asio::io_context io_;
    Client client_{io_, shared_cluster->options()};
    Subscriber subscriber_{io_, shared_cluster->options()};
    std::vector<Writer> writers_;
    bool is_over_ = false;
    std::vector<std::string> channels_;
    std::vector<int> received_;
    std::vector<Subscription> subscriptions_;
    int published_ = 0;
    int gaps_ = 0;
};

}  // namespace mindspace::redis
