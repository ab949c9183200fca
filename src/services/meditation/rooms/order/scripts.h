#pragma once
// The Lua scripts that are a room's shared order. Each is atomic in Redis, and all keys of a room are in one slot.
// Only order.cpp runs them.

#include "platform/redis/scripts/script.h"

namespace mindspace::meditation {

// Enters a connection: makes the room if there is none, the participant if they are new, and answers with what a
// welcome needs.
extern const redis::Script kEnterScript;
// Takes a connection's lease away: with the last one of a user their participant leaves.
extern const redis::Script kLeaveScript;
// Lengthens or shortens leases, tells which of them are unknown, and takes the expired ones of anybody away.
extern const redis::Script kRenewScript;
// The same for rooms that nobody renews any more.
extern const redis::Script kReapScript;
// Orders a reaction, or counts it in a large room.
extern const redis::Script kReactScript;
// Tells a large room what has come together since the last time, if it is time.
extern const redis::Script kFlushScript;
// Orders the event that changes the room's state, once.
extern const redis::Script kAnnounceScript;
// Orders the event that tells of a changed group, once.
extern const redis::Script kChangeScript;
// The events after a point.
extern const redis::Script kReadScript;

}  // namespace mindspace::meditation
