#pragma once
// For tests: a real Redis Cluster of three masters with a replica each, on free ports.

#include "platform/redis/cluster/hash_slot.h"
#include "platform/redis/connection/options.h"
#include "support/redis/server.h"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace mindspace::redis {

class TestCluster {
public:
    static constexpr std::chrono::milliseconds kNodeTimeout{6000};

    // Returns when every node sees the whole cluster and every replica follows its master.
    TestCluster();

    // With the first node as the only seed, and timeouts that a node of a busy machine meets.
    [[nodiscard]] ClientOptions options() const;

    struct Node {
        std::uint16_t port = 0;
        std::unique_ptr<TestServer> server;
    };
    [[nodiscard]] std::vector<Node>& nodes() { return nodes_; }

    // The node that owns the slot of the key, as the first running node sees it.
    [[nodiscard]] Node& owner_of(const std::string& key);
    // A master that does not own it.
    [[nodiscard]] Node& master_without(const std::string& key);
    // How long the nodes that run now may be silent before the others replace them. It begins with kNodeTimeout, so
    // that a busy machine causes no failover.
    void set_node_timeout(std::chrono::milliseconds timeout);
    // A running replica of the master.
    [[nodiscard]] Node& replica_of(const Node& master);
    // Moves that many slots from one master to the other; blocks until that is done.
    static void reshard(const Node& from, const Node& to, int slots);
    // Moves one slot, step by step: between these calls, `from` redirects requests for keys that it does not have to
    // `to`.
    static void begin_move(Slot slot, const Node& from, const Node& to);
    static void end_move(Slot slot, const Node& from, const Node& to);
    // The reply of a node to a command; blocks.
    static std::string run_command(const Node& node, std::vector<std::string> command);
    // Blocks until every running node is healthy, replicas are in sync and all nodes see the same roles and slots;
    // throws after 30 s. Until then, a new master does not yet forward publications to the former one (now a replica)
    // on the cluster bus, and a replica that takes over may not know a slot that its master has received.
    void wait_until_healthy();

private:
    static void wait_until_consistent(const Node& node);
    [[nodiscard]] static std::string state_of(const Node& node);
    [[nodiscard]] static bool is_healthy(const Node& node);
    [[nodiscard]] bool agrees_with_all(const Node& node);
    [[nodiscard]] static std::set<std::string> parts_seen_by(const Node& node);

    std::vector<Node> nodes_;
};

}  // namespace mindspace::redis
