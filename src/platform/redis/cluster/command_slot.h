#pragma once
// Where a command finds its keys. A cluster runs a command only if all of its keys lie in one slot.

#include "platform/redis/cluster/hash_slot.h"
#include "platform/redis/connection/resp.h"

#include <optional>

namespace mindspace::redis {

// The slot of the command's keys; nothing if it has none (PING, SCRIPT, …) and any node will do. The name stands in
// capitals. A command that is not named in command_slot.cpp is taken to have one key, its first argument; should
// that be wrong, the cluster itself redirects or refuses it.
// Throws std::logic_error if the keys lie in different slots: such a command could never run in a cluster.
std::optional<Slot> slot_of_command(Arguments command);
// The same of keys that one script is given.
std::optional<Slot> slot_of_keys(Arguments keys);

}  // namespace mindspace::redis
