#pragma once
// Profiles near at hand: level 1 in this core, level 2 in Redis, the database behind them. What they hold is good only
// for the version of the user's data that Redis names (it comes with the guard's round trip): a write anywhere gives a
// new version, and with it every entry of every core and node is void. When Redis names none, nothing is cached.

#include "platform/async/single_flight.h"
#include "platform/base/lru_cache.h"
#include "platform/redis/connection/client.h"
#include "platform/telemetry/metrics/cache_stats.h"
#include "services/user/client.h"

#include <functional>
#include <utility>

namespace mindspace::user {

struct ProfileCacheStats {
    telemetry::CacheStats level1;
    telemetry::CacheStats level2;
};

// Where Redis keeps the profile; in the slot of cache_version_key().
std::string cache_value_key(UserId id);

class ProfileCache {
public:
    // Reads the user from the database; begun only if it is needed.
    using Load = std::function<Awaitable<std::optional<User>>()>;

    // `capacity`: how many profiles level 1 keeps, some 400 bytes each.
    ProfileCache(redis::Client& redis, std::size_t capacity);

    // The profile if level 1 has it, else null; good until the next suspension. `version` is what Redis named when the
    // request began, "" when it named none.
    const User* find(UserId id, const std::string& version);
    // What find() has not found: from level 2 or the database; nothing when there is no such user. Those who ask at the
    // same time share one look. Faults: those of `load`.
    Awaitable<std::optional<User>> fetch(UserId id, std::string version, Load load);

    // Around a write of the profile. From the first on nothing is cached, for kWriteTime at most, should the writer
    // die; the second makes a new version.
    Awaitable<> begin_write(UserId id);
    Awaitable<> end_write(UserId id);

    [[nodiscard]] const ProfileCacheStats& stats() const { return stats_; }

    static constexpr Seconds kKept{300};      // in Redis: for so long a write that Redis missed may be missed
    static constexpr Seconds kWriteTime{30};  // longer than a request may take

private:
    struct Entry {
        std::string version;
        User user;
    };
    using Found = std::optional<User>;

    Awaitable<std::string> agree_on_version(UserId id);
    Awaitable<Found> look_further(UserId id, std::string version, Load load);
    Awaitable<Found> find_in_redis(UserId id, std::string version);
    Awaitable<> keep_in_redis(std::string version, User user);
    Awaitable<> set_version(UserId id, std::string version, Seconds ttl);
    void count_entries();

    redis::Client& redis_;
    LruCache<UserId, Entry> entries_;
    SingleFlight<std::pair<UserId, std::string>, Found> flights_;
    ProfileCacheStats stats_;
};

}  // namespace mindspace::user
