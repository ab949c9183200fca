#include "app/commands/doctor/subjects.h"
#include "platform/base/result.h"
#include "platform/redis/connection/client.h"
#include "platform/redis/connection/eviction.h"
#include "platform/redis/connection/info.h"

#include <fmt/format.h>

#include <charconv>

namespace mindspace::app::doctor {

namespace {

constexpr int kOldestMajor = 7;

std::int64_t number_in(std::string_view info, std::string_view name) {
    const auto text = redis::info_value(info, name);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void check_version(std::string_view info, Checks& checks) {
    const auto version = redis::info_value(info, "redis_version");
    if (number_in(info, "redis_version") < kOldestMajor)
        checks.fault("redis.version", fmt::format("Redis {} is too old", version),
                     "update Redis to version 7 or newer");
    else
        checks.ok("redis.responds", fmt::format("Redis responds, version {}", version));
}

void check_use(std::string_view info, std::string_view used, std::string_view limit, std::string_view what,
               Checks& checks) {
    const auto most = number_in(info, limit);
    const auto now = number_in(info, used);
    if (most > 0 && now > most / 10 * 9)
        checks.warning(fmt::format("redis.{}", limit), fmt::format("Redis has {} of at most {} {}", now, most, what),
                       fmt::format("raise {}", limit));
}

Awaitable<> check_server(redis::Client& redis, Checks& checks) {
    auto server = co_await redis.command({"INFO", "server"});
    check_version(server.as_string(), checks);
    auto time = co_await redis.command({"TIME"});
    auto seconds = std::stod(time.at(0).as_string()) + std::stod(time.at(1).as_string()) / 1e6;
    std::chrono::duration<double> here = SystemClock{}.now().time_since_epoch();
    check_clock("Redis", std::chrono::duration<double>(seconds) - here, checks);
    auto memory = co_await redis.command({"INFO", "memory"});
    if (auto policy = redis::evicting_policy(memory.as_string()))
        checks.fault("redis.eviction", fmt::format("Redis evicts keys when it is full ({})", *policy),
                     "set maxmemory-policy noeviction");
    check_use(memory.as_string(), "used_memory", "maxmemory", "bytes in use", checks);
    auto clients = co_await redis.command({"INFO", "clients"});
    check_use(clients.as_string(), "connected_clients", "maxclients", "connections", checks);
}

}  // namespace

Awaitable<> check_redis(redis::Client& redis, Checks& checks) {
    try {
        co_await check_server(redis, checks);
    } catch (const Unavailable& fault) {
        checks.fault("redis.responds", fmt::format("Redis is unavailable: {}", fault.what()),
                     "start Redis, or correct redis.url");
    }
}

}  // namespace mindspace::app::doctor
