#pragma once
// Which login sessions are alive, as cached in Redis: `{user}:s:<session>` is "1" (alive) or "0" (revoked), `{user}:e`
// stores up to which session all of the user's have ended (sessions_end.h) and takes precedence, and `{user}:v` is the
// version of the user's profile for the caches of the cores. Absence means unknown: then PostgreSQL is queried, so that
// a flushed Redis neither logs users out nor revives sessions. If there are replicas, `{user}:w` stores for a minute
// the log position that they must have reached to include the user's writes.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/limits/rate_limiter.h"
#include "services/auth/logins/sessions_end.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mindspace::redis {
class Client;
}

namespace mindspace::auth {

class SessionRegistry {
public:
    enum class Scope {
        logins,
        logins_and_writes,  // if replicas serve reads
    };
    explicit SessionRegistry(redis::Client& redis, Scope scope = Scope::logins) : redis_(redis), scope_(scope) {}

    struct State {
        std::optional<bool> alive;            // nullopt: unknown to Redis
        std::optional<SessionsEnd> ended;     // of all the user's login sessions
        std::string user_version;             // "" if unknown to Redis
        std::optional<std::int64_t> written;  // the position of the user's last write
    };
    // One round trip; everything is unknown while Redis is unavailable.
    Awaitable<State> find(UserId user, AuthSessionId id);

    struct Entry {
        State state;
        limits::RateLimitDecision decision;
        std::optional<double> backlog;  // as in RateLimiter
    };
    // Like find(), and also counts one call against the user's limit, after `earlier` ones, still in one round trip.
    Awaitable<Entry> enter(limits::RateLimiter& limiter, UserId user, AuthSessionId id, const limits::Policy& policy,
                           limits::UncountedCalls earlier);
    // Counts only those.
    static Awaitable<> count(limits::RateLimiter& limiter, UserId user, const limits::Policy& policy,
                             limits::UncountedCalls earlier);

    // Caches for a minute that the session is alive, unless it has been revoked in the meantime.
    Awaitable<> remember_alive(UserId user, AuthSessionId id);
    // Makes every node reject the session for as long as one of its access tokens can be valid; when it returns, no
    // core holds a lease on it. While Redis is unavailable every node queries PostgreSQL anyway.
    Awaitable<> revoke(UserId user, AuthSessionId id, Seconds token_ttl);
    // The same for all sessions that the end covers, in one call; the latest end of a user is kept.
    Awaitable<> end_all(UserId user, SessionsEnd end, Seconds token_ttl);

    // The user has written up to this log position. An earlier position changes nothing.
    Awaitable<> remember_write(UserId user, std::int64_t position);

private:
    static State read(std::span<std::optional<std::string>> values);
    Awaitable<> set(std::string key, std::vector<std::string> arguments);

    redis::Client& redis_;
    Scope scope_;
};

}  // namespace mindspace::auth
