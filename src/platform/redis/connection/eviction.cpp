#include "platform/redis/connection/eviction.h"

#include "platform/base/result.h"
#include "platform/redis/connection/connection.h"
#include "platform/redis/connection/info.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::redis {

std::optional<std::string> evicting_policy(std::string_view info) {
    const auto max_memory = info_value(info, "maxmemory");
    const auto policy = info_value(info, "maxmemory_policy");
    if (max_memory.empty() || max_memory == "0" || policy == "noeviction") return std::nullopt;
    return std::string(policy);
}

Awaitable<> warn_of_eviction(Connection& connection) {
    std::vector<std::string_view> words{"INFO", "memory"};
    try {
        auto info = co_await connection.command(std::move(words));
        auto policy = evicting_policy(info.as_string());
        if (policy)
            log::warn("Redis evicts keys when it is full: set maxmemory-policy noeviction, or limits can be reset",
                      {{"redis.maxmemory_policy", *policy}});
    } catch (const CommandError& fault) {
        log::info("cannot read the eviction policy of Redis", {{"error.message", fault.what()}});
    }
}

}  // namespace mindspace::redis
