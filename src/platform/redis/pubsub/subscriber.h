#pragma once
// Pub/sub of one core, on its own connections: one, or one per node of a cluster. Channels are sharded (SPUBLISH
// publishes), in a cluster and on a single server alike; their names follow the rules of keys (hash_slot.h). Delivery
// is at most once: messages published while a connection is down or a channel moves to another node are lost, and
// on_gap reports that. All functions and handlers are called on the thread of the io_context.

#include "platform/async/task_group.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/stats.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mindspace::redis {

class Channels;
class Cluster;
class Reconnector;
struct Listener;

// Holds one subscription; the handler is not called after this is destroyed. May outlive the subscriber.
class [[nodiscard]] Subscription {
public:
    Subscription() = default;
    Subscription(std::weak_ptr<Channels> channels, std::shared_ptr<Listener> listener);
    ~Subscription();
    Subscription(Subscription&& other) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept;

private:
    void end();

    std::weak_ptr<Channels> channels_;
    std::shared_ptr<Listener> listener_;
};

class Subscriber {
public:
    // Receives the payload, borrowed for the call. Must not throw or wait; may subscribe and unsubscribe.
    using OnMessage = std::function<void(std::string_view payload)>;

    Subscriber(asio::io_context& io, ClientOptions options);
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    // Called after every connect to any node, including the first, and after channels have moved, when all affected
    // channels are subscribed again: messages published before may have been missed, later ones arrive. Must not throw.
    // Set before start().
    void on_gap(std::function<void()> handler);
    // Connects, and reconnects after every loss, until stop(). Called once.
    void start();
    // No message is delivered afterwards. Final.
    void stop();
    [[nodiscard]] bool is_up() const;

    // Also works while Redis is down: the channel is then subscribed at the next connect.
    Subscription subscribe(std::string channel, OnMessage handler);
    // Returns when Redis has confirmed the channel's subscription, which must exist: all messages published afterwards
    // arrive. Throws Unavailable if the channel's node is down or goes down in the meantime, or does not confirm within
    // command_timeout.
    Awaitable<> confirmed(std::string channel);

    // Readable from any thread during the subscriber's lifetime.
    [[nodiscard]] const ClientStats& stats() const;

private:
    std::shared_ptr<ClientStats> stats_;
    std::shared_ptr<Channels> channels_;
    std::shared_ptr<std::function<void()>> on_gap_;
    Milliseconds command_timeout_;
    std::shared_ptr<Reconnector> reconnector_;  // to a single server
    std::shared_ptr<Cluster> cluster_;          // otherwise
    TaskGroup tasks_;                           // announce the channels that have moved within the cluster
};

}  // namespace mindspace::redis
