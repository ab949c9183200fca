#pragma once
// The rules of users: the profile, its public part, statistics. No HTTP, no SQL.

#include "services/user/profile_cache.h"
#include "services/user/store.h"

namespace mindspace::user {

// Who asks, and which version of their data the caches may answer with.
struct Caller {
    UserId id{};
    std::string version;
};

class UserService {
public:
    // `cached_profiles`: how many profiles are kept at hand.
    UserService(UserStore store, redis::Client& redis, std::size_t cached_profiles)
        : store_(store), redis_(redis), cache_(redis, cached_profiles) {}

    // Error: unauthenticated `user_gone` when the account was deleted meanwhile.
    Awaitable<Result<User>> find_me(Caller caller);
    // Error: as find_me; precondition_failed when `expected_version` is another one; invalid.
    Awaitable<Result<User>> update_me(Caller caller, UserPatch patch, std::optional<std::int32_t> expected_version);
    Awaitable<Result<UserStats>> find_stats(Caller caller);
    // Error: not_found.
    Awaitable<Result<PublicUser>> find_public(UserId id);
    // The beginning of an export. Error: as find_me.
    Awaitable<Result<Export>> begin_export(UserId id);
    [[nodiscard]] postgres::Client& database() const { return store_.database(); }

    [[nodiscard]] const ProfileCacheStats& cache_stats() const { return cache_.stats(); }

private:
    UserStore store_;
    redis::Client& redis_;
    ProfileCache cache_;
    SystemClock clock_;
};

}  // namespace mindspace::user
