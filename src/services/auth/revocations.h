#pragma once
// Login sessions that have ended, known in every process with the commit that ended them: PostgreSQL tells by NOTIFY
// (a trigger on auth_sessions, so no statement can forget it), and after a gap in listening the process catches up from
// the table. It closes sockets, and it overrules a Redis that remembers a session alive when it is not: one that was
// out of reach, or came back with an old snapshot.

#include "platform/base/ids.h"
#include "platform/http/guard.h"
#include "platform/postgres/client.h"
#include "platform/postgres/listener.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace mindspace::auth {

// One per core, on its loop.
class RevokedSessions {
public:
    // A revocation is of no more interest after `token_ttl`: then no access token of the session is valid any more.
    explicit RevokedSessions(Seconds token_ttl) : token_ttl_(token_ttl) {}

    [[nodiscard]] bool contains(AuthSessionId id) const { return ended_.contains(id); }
    // Once for each session; later ones change nothing. Tells who watches.
    void add(AuthSessionId id, Timestamp now);
    // As http::Guard::watch().
    http::SessionWatch watch(AuthSessionId id, std::function<void()> on_end);

private:
    using Watcher = std::function<void()>;

    Seconds token_ttl_;
    std::unordered_map<AuthSessionId, Timestamp> ended_;  // until when it matters
    std::unordered_multimap<AuthSessionId, std::weak_ptr<Watcher>> watchers_;
    // What is over is thrown out whenever a map has doubled.
    static constexpr std::size_t kPruneFrom = 1024;
    std::size_t prune_ended_at_ = kPruneFrom;
    std::size_t prune_watchers_at_ = kPruneFrom;
};

// One per process, on one of its loops.
class RevocationFeed {
public:
    using OnRevoked = std::function<void(AuthSessionId)>;

    // Uses both until stop(); `on_revoked` runs on the loop. Sessions that ended up to `token_ttl` ago are told of
    // after each gap, so some are told of twice.
    RevocationFeed(asio::io_context& loop, postgres::Client& database, const std::string& conninfo, Seconds token_ttl,
                   OnRevoked on_revoked);

    void start() { listener_.start(); }
    void stop() { listener_.stop(); }

private:
    Awaitable<> catch_up();
    void take(const std::string& payload);

    asio::io_context& loop_;
    postgres::Client& database_;
    Seconds token_ttl_;
    OnRevoked on_revoked_;
    postgres::Listener listener_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
