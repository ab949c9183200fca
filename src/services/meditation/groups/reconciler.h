#pragma once
// Looks after the groups that nobody does: starts and ends those whose time has come, ends those that everybody has
// left, and lets go of participants whose node is gone with nobody else in the room. Every core does all of it; whoever
// comes first makes the change, and the others find it made. On the core's loop; owned by LiveRooms.

#include "services/meditation/rooms/live/room.h"

namespace mindspace::meditation {

class GroupReconciler {
public:
    // `parts` must outlive it.
    explicit GroupReconciler(LiveParts& parts) : parts_(parts) {}

    // One round, to be called every second, with the groups of this core's rooms. What a lost PostgreSQL or Redis
    // prevents is done in the next.
    Awaitable<> work(std::vector<GroupId> rooms);

    static constexpr Seconds kEndAfter{1};        // rooms end their groups themselves
    static constexpr Seconds kDesertedEvery{15};  // looks for groups that everybody has left

private:
    Awaitable<> cancel_unstarted_groups();
    Awaitable<> start_due_groups();
    Awaitable<> end_due_groups();
    Awaitable<> settle_groups();
    Awaitable<> end_deserted_groups();
    Awaitable<> end(GroupId group, EventReason reason);
    Awaitable<> reap_abandoned_rooms();

    LiveParts& parts_;
    Timestamp next_renewal_{};
    Timestamp next_deserted_{};
};

}  // namespace mindspace::meditation
