#pragma once
// Finds the keys of a command. A cluster runs a command only if all of its keys are in one slot.

#include "platform/redis/cluster/hash_slot.h"
#include "platform/redis/connection/resp.h"

#include <optional>

namespace mindspace::redis {

// The slot of the command's keys; nullopt if it has none (PING, SCRIPT, …), so that any node can serve it. The command
// name must be in upper case. A command that command_slot.cpp does not name is assumed to have one key, its first
// argument; if that is wrong, the cluster redirects or rejects it. Throws std::logic_error if the keys are in different
// slots: such a command could never run in a cluster.
std::optional<Slot> slot_of_command(Arguments command);
// The same for the keys of a script.
std::optional<Slot> slot_of_keys(Arguments keys);

}  // namespace mindspace::redis
