#pragma once
// The Lua scripts that are a room's shared order. Each is atomic in Redis, and all keys of a room are in one slot.
// Only room_order.cpp runs them.

#include "platform/redis/script.h"

namespace mindspace::meditation {

// Enters a connection: makes the room if there is none, the participant if they are new, and answers with what a
// welcome needs.
extern const redis::Script kEnterScript;
// Takes a connection's lease away: with the last one of a user their participant leaves.
extern const redis::Script kLeaveScript;
// Lengthens or shortens leases, tells which of them are unknown, and takes the expired ones of anybody away.
extern const redis::Script kRenewScript;
// Orders one event, or, when it is one that changes the room's state, that event once.
extern const redis::Script kPublishScript;
// The events after a point.
extern const redis::Script kReadScript;

}  // namespace mindspace::meditation
