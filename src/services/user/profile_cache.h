#pragma once
// Profiles that this core has seen lately. An entry is good only for the version of the user's data that Redis names
// (it comes with the guard's round trip): a write anywhere gives a new version, and every core's entry is void with it.
// When Redis names none, nothing is taken from here.

#include "platform/base/lru_cache.h"
#include "platform/redis/client.h"
#include "services/user/client.h"

namespace mindspace::user {

class ProfileCache {
public:
    explicit ProfileCache(redis::Client& redis);

    // Null unless the profile is here under that very version.
    const User* find(UserId id, const std::string& version);
    // The version to fill under, agreed with all nodes; "" when Redis is away. Ask before the database is read: then a
    // write in between voids the entry.
    Awaitable<std::string> agree_on_version(UserId id);
    void fill(const User& user, std::string version);
    // After a write: voids the entries of every core and node.
    Awaitable<> void_everywhere(UserId id);

private:
    struct Entry {
        std::string version;
        User user;
    };
    redis::Client& redis_;
    LruCache<UserId, Entry> entries_;
};

}  // namespace mindspace::user
