#pragma once
// A Redis Cluster as seen by one core: which node owns which slot, and a connection to each node, kept up. One
// coroutine refreshes the map on request, while a node is unavailable, and every few seconds; so never twice at a time
// and at most ten times per second. Used by the thread of its io_context only.

#include "platform/async/task_group.h"
#include "platform/redis/cluster/slot_map.h"
#include "platform/redis/connection/connection.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/reconnector.h"
#include "platform/redis/connection/stats.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace mindspace::redis {

// Shared with its own task and with the commands in flight, which may outlive the owner's stop() by one wait.
class Cluster : public std::enable_shared_from_this<Cluster> {
public:
    // Callbacks of the owner; each may be empty. Set before start().
    struct Hooks {
        std::function<Awaitable<>(Address, Connection&)> prepare;  // as Reconnector::Prepare
        Connection::OnPush on_push;
        std::function<void()> on_mapped;  // after each reply with the slots; must not throw
    };

    // `options` must name at least one seed.
    Cluster(asio::io_context& io, ClientOptions options, std::shared_ptr<ClientStats> stats);

    void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }
    void start();
    // Pending commands throw Unavailable before this returns, those that wait for a retry soon after. Final.
    void stop();
    // True if every slot has an owner and all owners are connected.
    [[nodiscard]] bool is_up() const;

    // Null if the slot has no known owner; valid until the next wait.
    [[nodiscard]] const Address* find_owner(Slot slot) const { return map_.find_owner(slot); }
    // As find_owner(), but throws Unavailable if there is no owner.
    [[nodiscard]] Address owner_of(Slot slot);
    // Any connected node. Throws Unavailable if there is none.
    [[nodiscard]] Address any_node();
    // The reconnector to the node, created if missing. Await its settled() before use.
    std::shared_ptr<Reconnector> reconnector_of(const Address& node);

    // A node has reported that the slot belongs to another node.
    void move_slot(Slot slot, const Address& node);
    // Requests a refresh of the slots, which happens within a tenth of a second.
    void refresh_soon() { is_refresh_wanted_ = true; }

    // Held by a command that waits for a node or for its next attempt. Throws Unavailable if max_pending commands wait
    // already.
    class [[nodiscard]] QueueClaim {
    public:
        explicit QueueClaim(Cluster& cluster);
        ~QueueClaim() { --cluster_.waiting_; }
        QueueClaim(const QueueClaim&) = delete;
        QueueClaim& operator=(const QueueClaim&) = delete;

    private:
        Cluster& cluster_;
    };

    [[nodiscard]] const ClientOptions& options() const { return options_; }
    [[nodiscard]] ClientStats& stats() { return *stats_; }

private:
    using TimePoint = std::chrono::steady_clock::time_point;
    struct Node {
        std::shared_ptr<Reconnector> reconnector;
        TimePoint used_at;
    };

    static Awaitable<> refresh_slot_map(std::shared_ptr<Cluster> self);
    [[nodiscard]] bool is_refresh_due() const;
    Awaitable<> refresh();
    [[nodiscard]] std::vector<Address> nodes_to_query();
    Awaitable<SlotMap> query_node(Address node);
    Awaitable<SlotMap> query_unconnected_node(Address node);
    void adopt(SlotMap map);
    void remove_unused_nodes();
    [[nodiscard]] bool is_connected(const Address& node) const;

    asio::io_context& io_;
    const ClientOptions options_;
    const std::shared_ptr<ClientStats> stats_;
    Hooks hooks_;
    SlotMap map_;
    std::map<Address, Node> nodes_;
    std::shared_ptr<Connection> unconnected_;  // the connection to a node that is queried before it has a reconnector
    std::minstd_rand random_{std::random_device{}()};
    TimePoint refreshed_at_;
    std::size_t waiting_ = 0;
    std::string last_fault_ = "redis: not connected yet";
    bool is_refresh_wanted_ = true;
    TaskGroup tasks_;
};

}  // namespace mindspace::redis
