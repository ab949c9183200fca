#pragma once
// Reconciles the groups that no room manages: starts and ends those whose time has come, ends those that all
// participants have left, and removes participants whose node is gone when no one else is in the room. Every core does
// all of it; the first core makes the change, and the others find it done. On the core's loop; owned by LiveRooms.

#include "services/meditation/rooms/live/room.h"

namespace mindspace::meditation {

class GroupReconciler {
public:
    // `parts` must outlive it.
    explicit GroupReconciler(LiveParts& parts) : parts_(parts) {}

    // One round, to be called every second with the groups of this core's rooms. What fails because PostgreSQL or Redis
    // is unavailable is done in the next round.
    Awaitable<> work(std::vector<GroupId> rooms);

    static constexpr Seconds kEndAfter{1};             // rooms end their groups themselves
    static constexpr Seconds kEmptyCheckInterval{15};  // how often to look for groups that all participants have left

private:
    Awaitable<> cancel_unstarted_groups();
    Awaitable<> start_due_groups();
    Awaitable<> end_due_groups();
    Awaitable<> settle_groups();
    Awaitable<> end_empty_groups();
    Awaitable<> end(GroupId group, EventReason reason);
    Awaitable<> reap_abandoned_rooms();

    LiveParts& parts_;
    Timestamp next_renewal_{};
    Timestamp next_empty_check_{};
};

}  // namespace mindspace::meditation
