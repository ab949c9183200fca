#include "services/auth/session_registry.h"

#include "platform/redis/client.h"
#include "services/user/client.h"

namespace mindspace::auth {

namespace {

constexpr const char* kAlive = "1";
constexpr const char* kRevoked = "0";

std::string session_key(UserId user, AuthSessionId id) {
    return "{" + user.to_string() + "}:s:" + id.to_string();
}

}  // namespace

Awaitable<SessionRegistry::State> SessionRegistry::find(UserId user, AuthSessionId id) {
    auto session = session_key(user, id);
    auto version = user::cache_version_key(user);
    State state;
    try {
        auto reply = co_await redis_.command({"MGET", session, version});
        if (const auto& alive = reply.at(0); !alive.is_null()) state.alive = alive.as_string() == kAlive;
        if (const auto& known = reply.at(1); !known.is_null()) state.user_version = known.as_string();
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
    auto taken = co_await limiter.take(allowance, policy, {session, version});
    Entry entry{.state = {}, .verdict = taken.verdict};
    if (const auto& alive = taken.values[0]) entry.state.alive = *alive == kAlive;
    if (auto& known = taken.values[1]) entry.state.user_version = std::move(*known);
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
