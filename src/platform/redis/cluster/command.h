#pragma once
// One command in a cluster: goes to the node that owns the slot of its keys, follows redirections, and is retried while
// the cluster rearranges itself. A command that is lost with a node is not retried: it may have been executed.

#include "platform/async/awaitable.h"
#include "platform/redis/connection/resp.h"
#include "platform/redis/scripts/script.h"

#include <memory>
#include <string_view>
#include <vector>

namespace mindspace::redis {

class Cluster;

// As Client::command and Client::run. Throw std::logic_error if the keys are in different slots.
Awaitable<Value> run_in_cluster(std::shared_ptr<Cluster> cluster, std::vector<std::string_view> args);
Awaitable<Value> run_in_cluster(std::shared_ptr<Cluster> cluster, const Script& script, Arguments keys, Arguments args);

}  // namespace mindspace::redis
