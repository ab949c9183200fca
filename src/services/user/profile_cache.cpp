#include "services/user/profile_cache.h"

#include "platform/base/bytes.h"
#include "platform/leases/ending.h"

#include <fmt/format.h>

#include <charconv>

namespace mindspace::user {

namespace {

// Random, so that a version from before a flush of Redis is never used again.
std::string new_version() {
    return base64url_encode(random_bytes<9>());
}

// The value in Redis: the version that it is valid for, the version of the row, and the document, one per line.
std::string encode(std::string_view version, const User& user) {
    return fmt::format("{}\n{}\n{}", version, user.version, schema::to_json(user));
}

// Nothing (nullopt) if it has another version, or was written by another release of the program.
std::optional<User> decode(std::string_view text, std::string_view version) {
    if (!text.starts_with(version) || !text.substr(version.size()).starts_with('\n')) return std::nullopt;
    text.remove_prefix(version.size() + 1);
    std::int32_t row_version = 0;
    auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), row_version);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (fault != std::errc{} || !text.starts_with('\n')) return std::nullopt;
    auto user = schema::from_json<User>(text.substr(1));
    if (!user) return std::nullopt;
    user->version = row_version;
    return std::move(*user);
}

}  // namespace

std::string cache_value_key(UserId id) {
    return "{" + id.to_string() + "}:p";
}

ProfileCache::ProfileCache(redis::Client& redis, std::size_t capacity) : redis_(redis), entries_(capacity) {}

const User* ProfileCache::find(UserId id, const std::string& version) {
    const auto* entry = version.empty() ? nullptr : entries_.find(id);
    const bool is_current = entry != nullptr && entry->version == version;
    stats_.level1.count(is_current);
    return is_current ? &entry->user : nullptr;
}

Awaitable<std::optional<User>> ProfileCache::fetch(UserId id, std::string version, Load load) {
    if (version.empty()) version = co_await agree_on_version(id);
    if (version.empty()) co_return co_await load();
    auto flight = std::pair(id, version);
    co_return co_await flights_.run(std::move(flight), load_on_miss(id, std::move(version), std::move(load)));
}

// What is read here was written before `version` was requested, or later: then a writer invalidates that version.
Awaitable<std::optional<User>> ProfileCache::load_on_miss(UserId id, std::string version, Load load) {
    auto user = co_await find_in_redis(id, version);
    stats_.level2.count(user.has_value());
    if (!user) {
        user = co_await load();
        if (!user) co_return user;
        co_await cache_in_redis(version, *user);
    }
    entries_.insert(id, Entry{std::move(version), *user});
    count_entries();
    co_return user;
}

Awaitable<std::optional<User>> ProfileCache::find_in_redis(UserId id, std::string version) {
    auto key = cache_value_key(id);
    try {
        auto reply = co_await redis_.command({"GET", key});
        if (reply.is_null()) co_return std::nullopt;
        co_return decode(reply.as_string(), version);
    } catch (const Unavailable&) {
        co_return std::nullopt;
    }
}

// A late write replaces a newer entry by one with its own version: then the newer one is missed, which is harmless.
Awaitable<> ProfileCache::cache_in_redis(std::string version, User user) {
    auto key = cache_value_key(user.id);
    auto value = encode(version, user);
    auto ttl = std::to_string(kTtl.count());
    try {
        co_await redis_.command({"SET", key, value, "EX", ttl});
    } catch (const Unavailable&) {
        // The next reader queries the database.
    }
}

// The version to fill under, the same on all nodes; "" if Redis is unavailable, or during a write.
Awaitable<std::string> ProfileCache::agree_on_version(UserId id) {
    auto key = cache_version_key(id);
    auto version = new_version();
    auto ttl = std::to_string(kTtl.count());
    try {
        auto reply = co_await redis_.command({"SET", key, version, "NX", "GET", "EX", ttl});
        co_return reply.is_null() ? version : reply.as_string();
    } catch (const Unavailable&) {
        co_return std::string();
    }
}

Awaitable<> ProfileCache::begin_write(UserId id) {
    return set_version(id, "", kWriteTime);
}

Awaitable<> ProfileCache::end_write(UserId id) {
    return set_version(id, new_version(), kTtl);
}

Awaitable<> ProfileCache::set_version(UserId id, std::string version, Seconds ttl) {
    entries_.erase(id);
    count_entries();
    auto key = cache_version_key(id);
    auto lifetime = std::to_string(ttl.count());
    try {
        co_await redis_.command({"SET", key, version, "EX", lifetime});
    } catch (const Unavailable&) {
        // Without Redis no core serves from a cache.
    }
    co_await leases::end_leases(redis_, id.to_string());
}

void ProfileCache::count_entries() {
    stats_.level1.entries.set(static_cast<std::int64_t>(entries_.size()));
}

}  // namespace mindspace::user
