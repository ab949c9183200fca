#include "services/auth/session_registry.h"

#include "platform/redis/client.h"
#include "services/user/client.h"

#include <array>
#include <charconv>

namespace mindspace::auth {

namespace {

constexpr const char* kAlive = "1";
constexpr const char* kRevoked = "0";

std::string session_key(UserId user, AuthSessionId id) {
    return "{" + user.to_string() + "}:s:" + id.to_string();
}

std::string write_key(UserId user) {
    return "{" + user.to_string() + "}:w";
}

// KEYS[1]: the position of the last write. ARGV[1]: a position.
const redis::Script& raise_script() {
    static const redis::Script script = redis::Script::make(R"(
        if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then
            redis.call('SET', KEYS[1], ARGV[1], 'EX', 60)
        end)");
    return script;
}

std::optional<std::int64_t> parse_position(std::string_view text) {
    std::int64_t position = 0;
    auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), position);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return position;
}

}  // namespace

Awaitable<SessionRegistry::State> SessionRegistry::find(UserId user, AuthSessionId id) {
    auto session = session_key(user, id);
    auto version = user::cache_version_key(user);
    auto write = write_key(user);
    State state;
    try {
        auto reply = co_await redis_.command({"MGET", session, version, write});
        if (const auto& alive = reply.at(0); !alive.is_null()) state.alive = alive.as_string() == kAlive;
        if (const auto& known = reply.at(1); !known.is_null()) state.user_version = known.as_string();
        if (const auto& last = reply.at(2); !last.is_null()) state.written = parse_position(last.as_string());
    } catch (const Unavailable&) {
        state = {};
    }
    co_return state;
}

Awaitable<SessionRegistry::Entry> SessionRegistry::enter(limits::RateLimiter& limiter, UserId user, AuthSessionId id,
                                                         const limits::Policy& policy) {
    auto session = session_key(user, id);
    auto version = user::cache_version_key(user);
    auto allowance = "{" + user.to_string() + "}:l:" + std::string(policy.name);
    auto write = write_key(user);
    std::vector<std::string_view> along{session, version};
    if (scope_ == Scope::logins_and_writes) along.push_back(write);
    auto taken = co_await limiter.take(allowance, policy, std::move(along));
    Entry entry{.state = {}, .verdict = taken.verdict};
    if (const auto& alive = taken.values[0]) entry.state.alive = *alive == kAlive;
    if (auto& known = taken.values[1]) entry.state.user_version = std::move(*known);
    if (taken.values.size() > 2 && taken.values[2]) entry.state.written = parse_position(*taken.values[2]);
    co_return entry;
}

Awaitable<> SessionRegistry::remember_alive(UserId user, AuthSessionId id) {
    return set(session_key(user, id), {kAlive, "NX", "EX", "60"});
}

Awaitable<> SessionRegistry::revoke(UserId user, AuthSessionId id, Seconds token_ttl) {
    return set(session_key(user, id), {kRevoked, "EX", std::to_string(token_ttl.count() + 60)});
}

Awaitable<> SessionRegistry::revoke_all(UserId user, std::vector<AuthSessionId> ids, Seconds token_ttl) {
    for (auto id : ids) co_await revoke(user, id, token_ttl);
}

Awaitable<> SessionRegistry::remember_write(UserId user, std::int64_t position) {
    auto key = write_key(user);
    auto text = std::to_string(position);
    const std::array<std::string_view, 1> keys{key};
    const std::array<std::string_view, 1> arguments{text};
    try {
        co_await redis_.run(raise_script(), keys, arguments);
    } catch (const Unavailable&) {
        // While Redis is away nobody's login is known there, and every reader asks the primary how far it is.
    }
}

Awaitable<> SessionRegistry::set(std::string key, std::vector<std::string> arguments) {
    std::vector<std::string_view> command{"SET", key};
    command.insert(command.end(), arguments.begin(), arguments.end());
    try {
        co_await redis_.command(std::move(command));
    } catch (const Unavailable&) {
        // What Redis does not remember, PostgreSQL is asked for.
    }
}

}  // namespace mindspace::auth
