#include "services/user/profile_cache.h"

#include "platform/base/bytes.h"

namespace mindspace::user {

namespace {

constexpr std::size_t kCapacity = 20'000;  // per core, some 400 bytes each
constexpr std::string_view kVersionTtl = "3600";

// Random, so that a version from before a flush of Redis never comes back.
std::string new_version() {
    return base64url_encode(random_bytes<9>());
}

}  // namespace

ProfileCache::ProfileCache(redis::Client& redis) : redis_(redis), entries_(kCapacity) {}

const User* ProfileCache::find(UserId id, const std::string& version) {
    if (version.empty()) return nullptr;
    const auto* entry = entries_.find(id);
    return entry != nullptr && entry->version == version ? &entry->user : nullptr;
}

Awaitable<std::string> ProfileCache::agree_on_version(UserId id) {
    auto key = cache_version_key(id);
    auto version = new_version();
    try {
        auto reply = co_await redis_.command({"SET", key, version, "NX", "GET", "EX", kVersionTtl});
        co_return reply.is_null() ? version : reply.as_string();
    } catch (const Unavailable&) {
        co_return std::string();
    }
}

void ProfileCache::fill(const User& user, std::string version) {
    if (!version.empty()) entries_.insert(user.id, Entry{std::move(version), user});
}

Awaitable<> ProfileCache::void_everywhere(UserId id) {
    auto key = cache_version_key(id);
    auto version = new_version();
    try {
        co_await redis_.command({"SET", key, version, "EX", kVersionTtl});
    } catch (const Unavailable&) {
        entries_.erase(id);
    }
}

}  // namespace mindspace::user
