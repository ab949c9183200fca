#pragma once
// Counts the calls of each client, in Redis for all nodes together; while Redis is unavailable each core counts
// separately. One per core.

#include "platform/async/awaitable.h"
#include "platform/base/lru_cache.h"
#include "platform/limits/gcra.h"
#include "platform/limits/quota_leases.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::redis {
class Client;
}

namespace mindspace::limits {

class RateLimiter {
public:
    explicit RateLimiter(redis::Client& redis);

    struct RateLimitResult {
        RateLimitDecision decision;
        std::optional<double>
            backlog;  // how far the arrival time is ahead of the clock of Redis; nullopt: counted here
        std::vector<std::optional<std::string>> values;  // of the keys in `also_read`; nullopt if absent
    };
    // Counts one call by `key`, after those that a core has admitted by itself. `also_read` are keys whose values are
    // read in the same round trip; in a Redis cluster they must be in the slot of `key`, so they share its hash tag.
    // All arguments are borrowed until the result has been awaited.
    Awaitable<RateLimitResult> consume(std::string_view key, const Policy& policy,
                                       std::vector<std::string_view> also_read = {}, UncountedCalls earlier = {});
    // Counts only those. Without Redis they are not counted.
    Awaitable<> count(std::string key, const Policy& policy, UncountedCalls earlier);
    // The decision that consume() would return, without counting a call.
    Awaitable<RateLimitDecision> peek(std::string_view key, const Policy& policy);
    // Restores the complete quota of `key`.
    Awaitable<> forget(std::string key);

private:
    enum class Mode { consume, peek };
    Awaitable<RateLimitResult> query(std::string_view key, const Policy& policy, Mode mode,
                                     std::vector<std::string_view> also_read, UncountedCalls earlier);
    RateLimitDecision query_local(std::string_view key, const Policy& policy, Mode mode);

    redis::Client& redis_;
    LruCache<std::string, Gcra> local_;
};

}  // namespace mindspace::limits
