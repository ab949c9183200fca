#pragma once
// What has ended before its time, known in every process with the commit that ended it: a login session, all those of a
// user, a signing key. PostgreSQL tells by NOTIFY (triggers on auth_sessions, credentials and signing_keys, so no
// statement can forget it), and after a gap in listening the process catches up from the tables. It closes sockets, and
// it overrules a Redis that remembers a session alive when it is not: one that was out of reach, or came back with an
// old snapshot.

#include "platform/async/task_group.h"
#include "platform/base/ids.h"
#include "platform/http/middleware/guard.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/listener.h"
#include "services/auth/logins/sessions_end.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace mindspace::auth {

// One per core, on its loop.
class RevokedSessions {
public:
    // A revocation is of no more interest after `token_ttl`: then no access token of the session is valid any more.
    explicit RevokedSessions(Seconds token_ttl) : token_ttl_(token_ttl) {}

    [[nodiscard]] bool contains(UserId user, AuthSessionId id) const;
    // Once for each session; later ones change nothing. Tells who watches.
    void add(AuthSessionId id, Timestamp now);
    // The latest of a user counts. Tells who watches one that it covers.
    void add(UserId user, const SessionsEnd& end, Timestamp now);
    // As http::Guard::watch().
    http::SessionWatch watch(UserId user, AuthSessionId id, std::function<void()> on_end);

private:
    struct Watcher {
        AuthSessionId session;
        std::function<void()> on_end;  // empty once it has been called
    };
    using Watchers = std::vector<std::shared_ptr<Watcher>>;
    struct KnownEnd {
        SessionsEnd end;
        Timestamp forgotten_at;
    };
    static void tell(const Watchers& watchers);
    void prune(Timestamp now);

    Seconds token_ttl_;
    std::unordered_map<AuthSessionId, Timestamp> ended_;  // until when it matters
    std::unordered_map<UserId, KnownEnd> ended_of_user_;
    std::unordered_multimap<AuthSessionId, std::weak_ptr<Watcher>> watchers_;
    std::unordered_multimap<UserId, std::weak_ptr<Watcher>> watchers_of_user_;
    // What is over is thrown out whenever the maps have doubled.
    static constexpr std::size_t kPruneFrom = 1024;
    std::size_t prune_ended_at_ = kPruneFrom;
    std::size_t prune_watchers_at_ = kPruneFrom;
};

struct UserSessionsEnded {
    UserId user{};
    SessionsEnd end;
};
struct SigningKeysWithdrawn {};
using Revocation = std::variant<AuthSessionId, UserSessionsEnded, SigningKeysWithdrawn>;

// What a notification says; nothing when it has another form.
std::optional<Revocation> parse_revocation(std::string_view payload);

// One per process, on one of its loops.
class RevocationFeed {
public:
    using OnRevoked = std::function<void(const Revocation&)>;

    // Uses both until stop(); `on_revoked` runs on the loop. What ended up to `token_ttl` ago is told after each gap,
    // so some is told twice.
    RevocationFeed(asio::io_context& loop, postgres::Client& database, const std::string& conninfo, Seconds token_ttl,
                   OnRevoked on_revoked);

    void start() { listener_.start(); }
    void stop();

private:
    Awaitable<> catch_up();

    postgres::Client& database_;
    Seconds token_ttl_;
    OnRevoked on_revoked_;
    postgres::Listener listener_;
    TaskGroup tasks_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
