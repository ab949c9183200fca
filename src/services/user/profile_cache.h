#pragma once
// Caches profiles: level 1 in this core, level 2 in Redis, then the database. Entries are valid only for the version of
// the user's data that Redis holds (it arrives with the guard's round trip): a write anywhere creates a new version,
// which invalidates the entries of all cores and nodes. If Redis has no version, nothing is cached.

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

// The Redis key of the profile; in the slot of cache_version_key().
std::string cache_value_key(UserId id);

class ProfileCache {
public:
    // Reads the user from the database; called only if it is needed.
    using Load = std::function<Awaitable<std::optional<User>>()>;

    // `capacity`: how many profiles level 1 holds, some 400 bytes each.
    ProfileCache(redis::Client& redis, std::size_t capacity);

    // The profile if level 1 has it, else null; valid until the next suspension. `version` is what Redis had when the
    // request began, "" if it had none.
    const User* find(UserId id, const std::string& version);
    // Loads what find() has not found, from level 2 or the database; nothing (nullopt) if there is no such user.
    // Concurrent callers share one load. Faults: those of `load`.
    Awaitable<std::optional<User>> fetch(UserId id, std::string version, Load load);

    // Call them before and after a write of the profile. From the first on nothing is cached, for at most kWriteTime if
    // the writer dies; the second creates a new version.
    Awaitable<> begin_write(UserId id);
    Awaitable<> end_write(UserId id);

    [[nodiscard]] const ProfileCacheStats& stats() const { return stats_; }

    static constexpr Seconds kTtl{300};       // in Redis; a write that missed Redis may go unnoticed this long
    static constexpr Seconds kWriteTime{30};  // longer than a request may take

private:
    struct Entry {
        std::string version;
        User user;
    };
    using Found = std::optional<User>;

    Awaitable<std::string> agree_on_version(UserId id);
    Awaitable<Found> load_on_miss(UserId id, std::string version, Load load);
    Awaitable<Found> find_in_redis(UserId id, std::string version);
    Awaitable<> cache_in_redis(std::string version, User user);
    Awaitable<> set_version(UserId id, std::string version, Seconds ttl);
    void count_entries();

    redis::Client& redis_;
    LruCache<UserId, Entry> entries_;
    SingleFlight<std::pair<UserId, std::string>, Found> flights_;
    ProfileCacheStats stats_;
};

}  // namespace mindspace::user
