#pragma once
// Pub/sub of one core, on connections of its own: one, or one a node of a cluster. Channels are sharded (SPUBLISH
// publishes), in a cluster and on a single server alike; their names follow the rules of keys (hash_slot.h). Delivery
// is at most once: what is published while a connection is down or a channel moves to another node is lost, and
// on_gap tells so. Everything is called on the thread of the io_context, handlers too.

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
class Link;
struct Listener;

// Holds one subscription; the handler is not called any more once this is gone. May outlive the subscriber.
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
    // Gets the payload, borrowed for the call. Must not throw or wait; may subscribe and unsubscribe.
    using OnMessage = std::function<void(std::string_view payload)>;

    Subscriber(asio::io_context& io, ClientOptions options);
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    // Called after every connect to any node, the first included, and after channels have moved, when all channels
    // concerned are subscribed again: messages published before may have been missed, later ones arrive. Must not
    // throw. Set before start().
    void on_gap(std::function<void()> handler);
    // Connects, and after every loss again, until stop(). Called once.
    void start();
    // No message that comes later is delivered. Final.
    void stop();
    [[nodiscard]] bool is_up() const;

    // Works while Redis is down, too: the channel is then subscribed at the next connect.
    Subscription subscribe(std::string channel, OnMessage handler);
    // Returns when Redis has taken the channel's subscription, which must exist: whatever is published from then on
    // arrives. Throws Unavailable if the channel's node is down or goes down meanwhile, or does not take it within
    // command_timeout.
    Awaitable<> confirmed(std::string channel);

    // Readable from any thread while the subscriber lives.
    [[nodiscard]] const ClientStats& stats() const;

private:
    std::shared_ptr<ClientStats> stats_;
    std::shared_ptr<Channels> channels_;
    std::shared_ptr<std::function<void()>> on_gap_;
    Milliseconds command_timeout_;
    std::shared_ptr<Link> link_;        // to a single server
    std::shared_ptr<Cluster> cluster_;  // or else
    TaskGroup tasks_;                   // that announce what has moved within the cluster
};

}  // namespace mindspace::redis
