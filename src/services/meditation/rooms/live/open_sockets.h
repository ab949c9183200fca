#pragma once
// How many sockets each user has open on all nodes, in Redis: one above the limit displaces the oldest. Each core
// renews the claims of its sockets periodically, so those of a dead node expire, and after Redis was flushed all claims
// are back after one round. One object per core. Fault: Unavailable if Redis is down.
//
// //     OpenSockets open(redis, 10);
//     auto displaced = co_await open.claim(user, {connection}, now);
//     co_await open.announce(user, displaced);
// the cores that hold them
//     …  co_await open.release(user, connection);

#include "platform/redis/pubsub/subscriber.h"
#include "services/meditation/rooms/order/order.h"

#include <functional>
#include <vector>

namespace mindspace::meditation {

class OpenSockets {
public:
    OpenSockets(redis::Client& redis, std::size_t max_sockets) : redis_(redis), max_sockets_(max_sockets) {}

    // Claims slots for these sockets, to be renewed within kTtl. Returns the user's sockets that have lost their slot,
    // the oldest first.
    Awaitable<std::vector<ConnectionId>> claim(UserId user, std::vector<ConnectionId> sockets, Timestamp now);
    Awaitable<> release(UserId user, ConnectionId socket);
    // Notifies all cores of sockets that have lost their slot.
    Awaitable<> announce(UserId user, std::vector<ConnectionId> displaced);

    [[nodiscard]] std::size_t max_sockets() const { return max_sockets_; }
    static constexpr Seconds kTtl{150};
    static constexpr Seconds kClaimEvery{60};

private:
    redis::Client& redis_;
    std::size_t max_sockets_;
};

// Calls `handler` for each displaced socket that a core announces.
redis::Subscription subscribe_to_displaced(redis::Subscriber& subscriber,
                                           std::function<void(UserId, ConnectionId)> handler);

}  // namespace mindspace::meditation
