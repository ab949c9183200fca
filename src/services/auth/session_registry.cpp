#include "services/auth/session_registry.h"

#include "platform/redis/client.h"
#include "services/user/client.h"

namespace mindspace::auth {

namespace {

std::string session_key(UserId user, AuthSessionId id) { return "{" + user.to_string() + "}:s:" + id.to_string(); }

}  // namespace

Awaitable<SessionRegistry::State> SessionRegistry::find(UserId user, AuthSessionId id) {
    auto session = session_key(user, id);
    auto version = user::cache_version_key(user);
    auto reply = co_await redis_.command({"MGET", session, version});
    State state;
    if (const auto& alive = reply.at(0); !alive.is_null()) state.alive = alive.as_string() == "1";
    if (const auto& known = reply.at(1); !known.is_null()) state.user_version = known.as_string();
    co_return state;
}

Awaitable<> SessionRegistry::remember_alive(UserId user, AuthSessionId id) {
    auto key = session_key(user, id);
    co_await redis_.command({"SET", key, "1", "NX", "EX", "60"});
}

Awaitable<> SessionRegistry::revoke(UserId user, AuthSessionId id, Seconds token_ttl) {
    auto key = session_key(user, id);
    auto ttl = std::to_string(token_ttl.count() + 60);
    co_await redis_.command({"SET", key, "0", "EX", ttl});
}

}  // namespace mindspace::auth
