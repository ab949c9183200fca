#pragma once
// Counts who calls how often, in Redis for all nodes together; while Redis is away each core counts for itself. One per
// core.

#include "platform/async/awaitable.h"
#include "platform/base/lru_cache.h"
#include "platform/limits/gcra.h"

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

    struct Taken {
        Verdict verdict;
        std::vector<std::optional<std::string>> values;  // of the keys read along; nothing where Redis knows nothing
    };
    // One call by `key`. `along` are keys whose values are wanted in the same round trip; in a Redis cluster they must
    // lie in the slot of `key`, so they share its hash tag. Everything is borrowed until it has been awaited.
    Awaitable<Taken> take(std::string_view key, const Policy& policy, std::vector<std::string_view> along = {});
    // What take() would say, without the call.
    Awaitable<Verdict> look(std::string_view key, const Policy& policy);
    // Gives `key` its whole quota back.
    Awaitable<> forget(std::string key);

private:
    enum class Use { call, look };
    Awaitable<Taken> ask(std::string_view key, const Policy& policy, Use use, std::vector<std::string_view> along);
    Verdict ask_here(std::string_view key, const Policy& policy, Use use);

    redis::Client& redis_;
    LruCache<std::string, Gcra> here_;
};

}  // namespace mindspace::limits
