#pragma once
// The shared order of one room, for tests of rooms: on a real Redis, or as a model of it (room_model.h).

#include "services/meditation/rooms/order/order.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::meditation {

class TestRoomOrder {
public:
    virtual ~TestRoomOrder() = default;
    // Switches to this group, which has no state yet.
    virtual void open(GroupId group) = 0;
    virtual void lose_data() = 0;
    // From now on a replica gets no changes …
    virtual void cut_off_replica() = 0;
    // … and then takes over.
    virtual void fail_over() = 0;

    virtual std::optional<EnterResult> enter(const EnterRequest& request, Timestamp now) = 0;
    virtual LeaveResult leave(const Lease& lease, EventReason reason, Timestamp now) = 0;
    virtual RenewResult renew(const RoomFacts& facts, const std::vector<Lease>& leases, Timestamp now) = 0;
    virtual ReapResult reap(Timestamp now) = 0;
    virtual ReactResult react(const ReactionRequest& request, Timestamp now) = 0;
    virtual Milliseconds flush(Timestamp now) = 0;
    virtual void announce(const RoomFacts& facts, const RoomEvent& event) = 0;
    virtual void announce_change(const Group& group, Timestamp now) = 0;
    virtual History read_after(std::int64_t seq) = 0;
    virtual std::int64_t count_participants() = 0;
};

// order/order.h and its scripts on a separate Redis server.
std::unique_ptr<TestRoomOrder> make_redis_room_order();

}  // namespace mindspace::meditation
