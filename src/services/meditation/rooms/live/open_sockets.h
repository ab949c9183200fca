#pragma once
// How many sockets each user has open, over all nodes, in Redis: one more than allowed takes the place of the oldest.
// Each core claims the places of its sockets again and again, so those of a dead node are free after a while, and a
// flushed Redis has them all after one round. One object a core. Fault: Unavailable when Redis is down.
//
//     OpenSockets open(redis, 10);
//     auto displaced = co_await open.claim(user, {connection}, now);
//     co_await open.tell(user, displaced);   // the cores that have them
//     …  co_await open.release(user, connection);

#include "platform/redis/pubsub/subscriber.h"
#include "services/meditation/rooms/order/order.h"

#include <functional>
#include <vector>

namespace mindspace::meditation {

class OpenSockets {
public:
    OpenSockets(redis::Client& redis, std::size_t at_most) : redis_(redis), at_most_(at_most) {}

    // Places for these, to be claimed again within kTtl. The sockets of the user that have none any more, the oldest
    // first.
    Awaitable<std::vector<ConnectionId>> claim(UserId user, std::vector<ConnectionId> sockets, Timestamp now);
    Awaitable<> release(UserId user, ConnectionId socket);
    // Tells all cores of sockets that have no place any more.
    Awaitable<> tell(UserId user, std::vector<ConnectionId> displaced);

    [[nodiscard]] std::size_t at_most() const { return at_most_; }
    static constexpr Seconds kTtl{150};
    static constexpr Seconds kClaimEvery{60};

private:
    redis::Client& redis_;
    std::size_t at_most_;
};

// Calls `handler` for each socket that a core has told of.
redis::Subscription subscribe_to_displaced(redis::Subscriber& subscriber,
                                           std::function<void(UserId, ConnectionId)> handler);

}  // namespace mindspace::meditation
