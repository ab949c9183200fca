#include "platform/limits/rate_limiter.h"

#include "platform/base/result.h"
#include "platform/redis/connection/client.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>

namespace mindspace::limits {

namespace {

constexpr std::size_t kMaxLocalKeys = 100'000;  // keys, while Redis is unavailable

const redis::Script& take_script() {
    static const redis::Script kScript = redis::Script::make("take",
#include "platform/limits/take.lua.inc"
    );
    return kScript;
}

}  // namespace

RateLimiter::RateLimiter(redis::Client& redis) : redis_(redis), local_(kMaxLocalKeys) {}

Awaitable<RateLimiter::RateLimitResult> RateLimiter::consume(std::string_view key, const Policy& policy,
                                                             std::vector<std::string_view> also_read,
                                                             UncountedCalls earlier) {
    return query(key, policy, Mode::consume, std::move(also_read), earlier);
}

Awaitable<> RateLimiter::count(std::string key, const Policy& policy, UncountedCalls earlier) {
    co_await query(key, policy, Mode::peek, {}, earlier);
}

Awaitable<RateLimitDecision> RateLimiter::peek(std::string_view key, const Policy& policy) {
    auto result = co_await query(key, policy, Mode::peek, {}, {});
    co_return result.decision;
}

Awaitable<RateLimiter::RateLimitResult> RateLimiter::query(std::string_view key, const Policy& policy, Mode mode,
                                                           std::vector<std::string_view> also_read,
                                                           UncountedCalls earlier) {
    auto interval = fmt::format("{:.6f}", policy.interval);
    auto window_micros = fmt::format("{:.0f}", policy.window_micros());
    const auto calls = std::to_string(earlier.count);
    const auto age = fmt::format("{:.0f}", earlier.age);
    const std::array<std::string_view, 5> arguments{interval, window_micros, mode == Mode::consume ? "1" : "0", calls,
                                                    age};
    std::vector<std::string_view> keys{key};
    keys.insert(keys.end(), also_read.begin(), also_read.end());
    RateLimitResult result;
    result.values.resize(also_read.size());
    try {
        auto reply = co_await redis_.run(take_script(), keys, arguments);
        bool allowed = reply.at(0).as_integer() == 1;
        result.backlog = static_cast<double>(reply.at(1).as_integer());
        result.decision = make_decision(policy, allowed, *result.backlog);
        for (std::size_t i = 0; i < also_read.size(); ++i)
            if (const auto& value = reply.at(i + 2); !value.is_null()) result.values[i] = value.as_string();
    } catch (const Unavailable&) {
        result.decision = query_local(key, policy, mode);
    }
    co_return result;
}

Awaitable<> RateLimiter::forget(std::string key) {
    local_.erase(key);
    try {
        co_await redis_.command({"DEL", key});
    } catch (const Unavailable&) {
        // Its quota is available again when the window ends.
    }
}

RateLimitDecision RateLimiter::query_local(std::string_view key, const Policy& policy, Mode mode) {
    const auto now = microseconds(std::chrono::steady_clock::now());
    const auto* known = local_.find(key);
    Gcra state = known != nullptr ? *known : Gcra{};
    auto decision = state.consume(policy, now);
    if (mode == Mode::consume) local_.insert(std::string(key), state);
    return decision;
}

}  // namespace mindspace::limits
