#pragma once
// Which login sessions are alive, as Redis remembers it: `{user}:s:<session>` is "1" (alive) or "0" (revoked),
// `{user}:e` says up to which all of the user's have ended (sessions_end.h), whatever the former says, and `{user}:v`
// names the version of the user's profile for the caches of the cores. Absence means unknown: then PostgreSQL is asked,
// so that a flushed Redis logs nobody out and revives nobody. Where there are replicas, `{user}:w` says, for a minute,
// how far they must be to have what the user wrote.

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
        logins_and_writes,  // where replicas answer reads
    };
    explicit SessionRegistry(redis::Client& redis, Scope scope = Scope::logins) : redis_(redis), scope_(scope) {}

    struct State {
        std::optional<bool> alive;            // nothing: Redis does not know
        std::optional<SessionsEnd> ended;     // of the user's
        std::string user_version;             // "" when Redis does not know
        std::optional<std::int64_t> written;  // the position of the user's last write
    };
    // One round trip; nothing is known while Redis is away.
    Awaitable<State> find(UserId user, AuthSessionId id);

    struct Entry {
        State state;
        limits::Verdict verdict;
    };
    // The same, and takes one call from the user's allowance, still in one round trip.
    Awaitable<Entry> enter(limits::RateLimiter& limiter, UserId user, AuthSessionId id, const limits::Policy& policy);

    // Remembers for a minute that the session is alive, unless it has been revoked meanwhile.
    Awaitable<> remember_alive(UserId user, AuthSessionId id);
    // Makes every node refuse the session for as long as an access token of it can live. While Redis is away every
    // node asks PostgreSQL anyhow.
    Awaitable<> revoke(UserId user, AuthSessionId id, Seconds token_ttl);
    // The same for all that the end covers, in one call; the latest end of a user stays.
    Awaitable<> end_all(UserId user, SessionsEnd end, Seconds token_ttl);

    // The user has written, up to this position. An earlier one changes nothing.
    Awaitable<> remember_write(UserId user, std::int64_t position);

private:
    static State read(std::span<std::optional<std::string>> values);
    Awaitable<> set(std::string key, std::vector<std::string> arguments);

    redis::Client& redis_;
    Scope scope_;
};

}  // namespace mindspace::auth
