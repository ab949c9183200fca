#pragma once
// The Lua scripts that implement the shared order of a room. Each is atomic in Redis, and all keys of a room are in one
// slot. Only order.cpp runs them.

#include "platform/redis/scripts/script.h"

namespace mindspace::meditation {

// Enters a connection: creates the room and the participant if they do not exist, and returns what a welcome needs.
extern const redis::Script kEnterScript;
// Removes a connection's lease; with the user's last lease their participant leaves.
extern const redis::Script kLeaveScript;
// Extends or shortens leases, reports which of them are unknown, and removes the expired leases of all participants.
extern const redis::Script kRenewScript;
// The same for rooms that are no longer renewed.
extern const redis::Script kReapScript;
// Orders a reaction, or counts it in a large room.
extern const redis::Script kReactScript;
// Publishes the combined changes of a large room, if they are due.
extern const redis::Script kFlushScript;
// Orders the event that changes the room's state, once.
extern const redis::Script kAnnounceScript;
// Orders the event for a changed group, once.
extern const redis::Script kChangeScript;
// Returns the events after a point.
extern const redis::Script kReadScript;

}  // namespace mindspace::meditation
