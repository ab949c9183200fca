#pragma once
// Which rooms have sockets, known to all nodes: each core enters its rooms again and again, so a room that stands there
// for long without was served by a node that is gone. In Redis; forgotten, it is whole again after one round. Fault:
// Unavailable.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"
#include "services/meditation/ids.h"

#include <vector>

namespace mindspace::redis {
class Client;
}

namespace mindspace::meditation {

class RoomRegister {
public:
    explicit RoomRegister(redis::Client& redis) : redis_(redis) {}

    // To be called every kRenewEvery with all of a core's rooms.
    Awaitable<> renew(std::vector<GroupId> rooms, Timestamp now);
    // Rooms that nobody has renewed twice, the longest first; 100 at most.
    Awaitable<std::vector<GroupId>> list_abandoned(Timestamp now);
    Awaitable<> strike_out(GroupId room);

    static constexpr Seconds kRenewEvery{5};

private:
    redis::Client& redis_;
};

}  // namespace mindspace::meditation
