#include "services/auth/logins/session_registry.h"

#include "platform/leases/ending.h"
#include "platform/redis/connection/client.h"
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

std::string end_key(UserId user) {
    return "{" + user.to_string() + "}:e";
}

std::string write_key(UserId user) {
    return "{" + user.to_string() + "}:w";
}

std::string quota_key(UserId user, const limits::Policy& policy) {
    return "{" + user.to_string() + "}:l:" + std::string(policy.name);
}

const redis::Script& raise_script() {
    static const redis::Script kScript = redis::Script::make("raise_write",
#include "services/auth/logins/raise_write.lua.inc"
    );
    return kScript;
}

const redis::Script& end_script() {
    static const redis::Script kScript = redis::Script::make("raise_end",
#include "services/auth/logins/raise_end.lua.inc"
    );
    return kScript;
}

std::optional<std::int64_t> parse_position(std::string_view text) {
    std::int64_t position = 0;
    auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), position);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return position;
}

}  // namespace

Awaitable<SessionRegistry::State> SessionRegistry::find(UserId user, AuthSessionId id) {
    const std::array keys{session_key(user, id), user::cache_version_key(user), end_key(user), write_key(user)};
    std::array<std::optional<std::string>, keys.size()> values;
    try {
        auto reply = co_await redis_.command({"MGET", keys[0], keys[1], keys[2], keys[3]});
        for (std::size_t i = 0; i < values.size(); ++i)
            if (const auto& value = reply.at(i); !value.is_null()) values[i] = value.as_string();
    } catch (const Unavailable&) {
        values = {};
    }
    co_return read(values);
}

Awaitable<SessionRegistry::Entry> SessionRegistry::enter(limits::RateLimiter& limiter, UserId user, AuthSessionId id,
                                                         const limits::Policy& policy, limits::UncountedCalls earlier) {
    const std::array keys{session_key(user, id), user::cache_version_key(user), end_key(user), write_key(user)};
    const auto key = quota_key(user, policy);
    std::vector<std::string_view> extra_keys(keys.begin(), keys.end());
    if (scope_ == Scope::logins) extra_keys.pop_back();
    auto taken = co_await limiter.consume(key, policy, std::move(extra_keys), earlier);
    co_return Entry{.state = read(taken.values), .decision = taken.decision, .backlog = taken.backlog};
}

Awaitable<> SessionRegistry::count(limits::RateLimiter& limiter, UserId user, const limits::Policy& policy,
                                   limits::UncountedCalls earlier) {
    return limiter.count(quota_key(user, policy), policy, earlier);
}

SessionRegistry::State SessionRegistry::read(std::span<std::optional<std::string>> values) {
    State state;
    if (values[0]) state.alive = *values[0] == kAlive;
    if (values[1]) state.user_version = std::move(*values[1]);
    if (values[2]) state.ended = SessionsEnd::parse(*values[2]);
    if (values.size() > 3 && values[3]) state.written = parse_position(*values[3]);
    return state;
}

Awaitable<> SessionRegistry::remember_alive(UserId user, AuthSessionId id) {
    return set(session_key(user, id), {kAlive, "NX", "EX", "60"});
}

Awaitable<> SessionRegistry::revoke(UserId user, AuthSessionId id, Seconds token_ttl) {
    co_await set(session_key(user, id), {kRevoked, "EX", std::to_string(token_ttl.count() + 60)});
    co_await leases::end_leases(redis_, user.to_string());
}

Awaitable<> SessionRegistry::end_all(UserId user, SessionsEnd end, Seconds token_ttl) {
    auto key = end_key(user);
    auto text = end.to_string();
    auto ttl = std::to_string(token_ttl.count() + 60);
    const std::array<std::string_view, 1> keys{key};
    const std::array<std::string_view, 2> arguments{text, ttl};
    try {
        co_await redis_.run(end_script(), keys, arguments);
    } catch (const Unavailable&) {
        // While Redis is unavailable, PostgreSQL is queried, which has notified every process.
    }
    co_await leases::end_leases(redis_, user.to_string());
}

Awaitable<> SessionRegistry::remember_write(UserId user, std::int64_t position) {
    auto key = write_key(user);
    auto text = std::to_string(position);
    const std::array<std::string_view, 1> keys{key};
    const std::array<std::string_view, 1> arguments{text};
    try {
        co_await redis_.run(raise_script(), keys, arguments);
    } catch (const Unavailable&) {
        // While Redis is unavailable, it knows no login, and every reader asks the primary for its log position.
    }
}

Awaitable<> SessionRegistry::set(std::string key, std::vector<std::string> arguments) {
    std::vector<std::string_view> command{"SET", key};
    command.insert(command.end(), arguments.begin(), arguments.end());
    try {
        co_await redis_.command(std::move(command));
    } catch (const Unavailable&) {
        // If Redis does not know a session, PostgreSQL is queried.
    }
}

}  // namespace mindspace::auth
