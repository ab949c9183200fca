#pragma once
// The rules of users: the profile, its public part, statistics. No HTTP, no SQL.

#include "platform/http/wire/response.h"
#include "services/user/profile_cache.h"
#include "services/user/store.h"

namespace mindspace::user {

// The calling user, and the version of their data that the caches may serve.
struct Caller {
    UserId id{};
    std::string version;
};

// What other services do for this one, which knows none of them: the composition root supplies them.
struct Collaborators {
    // The statement that updates the copies of a user's name, in the transaction that changes it.
    postgres::Query (*rename_host)(UserId user, Timestamp now);
    // Announces the change to the parts that show the profile. Must not throw if Redis is down.
    Awaitable<> (*announce_profile)(redis::Client& redis, UserId user, std::string display_name,
                                    std::optional<std::string> avatar_url);
    Awaitable<UserStats> (*find_stats)(postgres::Client& database, UserId user, LocalDate today, std::string timezone);
    const privacy::PersonalTables& personal_data;  // of all services
};

class UserService {
public:
    // `cached_profiles`: how many profiles are cached.
    UserService(UserStore store, redis::Client& redis, Collaborators others, std::size_t cached_profiles)
        : store_(store), redis_(redis), others_(others), cache_(redis, cached_profiles) {}

    // Error: unauthenticated `user_gone` if the account was deleted in the meantime.
    Awaitable<Result<User>> find_me(Caller caller);
    // Error: as find_me; precondition_failed if `expected_version` is not the current one; invalid.
    Awaitable<Result<User>> update_me(Caller caller, UserPatch patch, std::optional<std::int32_t> expected_version);
    Awaitable<Result<UserStats>> find_stats(Caller caller);
    // Error: not_found.
    Awaitable<Result<PublicUser>> find_public(UserId id);
    // The stored data of the user in all services (platform/privacy/export.h). The service must outlive the response.
    // Error: as find_me.
    Awaitable<Result<http::Response>> export_user(UserId id);

    [[nodiscard]] const ProfileCacheStats& cache_stats() const { return cache_.stats(); }

private:
    UserStore store_;
    redis::Client& redis_;
    Collaborators others_;
    ProfileCache cache_;
    SystemClock clock_;
};

}  // namespace mindspace::user
