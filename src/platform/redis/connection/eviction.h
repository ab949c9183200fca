#pragma once
// Whether a Redis evicts keys when its memory is full. It must not: counters of rate limits and guesses, revocations
// and leases would go before what lives longer. Without eviction it refuses, which every caller
// handles.

#include "platform/async/awaitable.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::redis {

class Connection;

// The policy of a server that evicts, from its INFO memory.
std::optional<std::string> evicting_policy(std::string_view info);
// Warns in the log of a server that evicts. For Client::on_connected().
Awaitable<> warn_of_eviction(Connection& connection);

}  // namespace mindspace::redis
