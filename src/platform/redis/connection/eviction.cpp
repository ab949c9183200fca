#include "platform/redis/connection/eviction.h"

#include "platform/base/result.h"
#include "platform/redis/connection/connection.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::redis {

namespace {

// The value from a line "name:value".
std::string_view value_of(std::string_view info, std::string_view name) {
    const auto line = info.find(std::string("\n") + std::string(name) + ':');
    if (line == std::string_view::npos) return {};
    const auto value = info.substr(line + name.size() + 2);
    return value.substr(0, value.find_first_of("\r\n"));
}

}  // namespace

std::optional<std::string> evicting_policy(std::string_view info) {
    const auto max_memory = value_of(info, "maxmemory");
    const auto policy = value_of(info, "maxmemory_policy");
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
