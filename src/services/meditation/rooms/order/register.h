#pragma once
// Which rooms have sockets, shared by all nodes in Redis. Each core renews its rooms periodically; a room that has not
// been renewed for long was served by a node that is gone. If Redis loses the register, it is complete again after one
// round. Fault: Unavailable.

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

    // Call it every kRenewEvery with all rooms of a core.
    Awaitable<> renew(std::vector<GroupId> rooms, Timestamp now);
    // Rooms that missed two renewals, the longest abandoned first; at most 100.
    Awaitable<std::vector<GroupId>> list_abandoned(Timestamp now);
    Awaitable<> remove(GroupId room);

    static constexpr Seconds kRenewEvery{5};

private:
    redis::Client& redis_;
};

}  // namespace mindspace::meditation
