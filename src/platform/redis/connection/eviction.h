#pragma once
// Detects a Redis that evicts keys when its memory is full. It must not: counters of rate limits and guesses,
// revocations and leases would be evicted before longer-lived keys. Without eviction Redis rejects writes, which every
// caller handles.

#include "platform/async/awaitable.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::redis {

class Connection;

// The eviction policy from INFO memory; nullopt if the server does not evict.
std::optional<std::string> evicting_policy(std::string_view info);
// Logs a warning if the server evicts keys. For Client::on_connected().
Awaitable<> warn_of_eviction(Connection& connection);

}  // namespace mindspace::redis
