#pragma once
// Early ends, known in every process as soon as they are committed: of a login session, of all login sessions of a
// user, of a signing key. PostgreSQL notifies by NOTIFY (triggers on auth_sessions, credentials and signing_keys, so no
// statement can forget it), and after a gap in listening the process catches up from the tables. A revocation closes
// sockets, and overrules a Redis that wrongly remembers a session as alive because it was unreachable or was restored
// from an old snapshot.

#include "platform/async/task_group.h"
#include "platform/base/ids.h"
#include "platform/http/access/revocation_watch.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/listener.h"
#include "services/auth/logins/sessions_end.h"

#include <cstdint>
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
class RevokedSessions final : public http::RevocationWatch {
public:
    // A revocation is irrelevant after `token_ttl`: then no access token of the session is valid any longer.
    explicit RevokedSessions(Seconds token_ttl) : token_ttl_(token_ttl) {}

    [[nodiscard]] bool contains(UserId user, AuthSessionId id) const;
    // Adds a session once; repetitions change nothing. Notifies its listeners.
    void add(AuthSessionId id, Timestamp now);
    // The latest end of a user counts. Notifies the listeners of sessions that it covers.
    void add(UserId user, const SessionsEnd& end, Timestamp now);
    http::SessionWatch watch(UserId user, AuthSessionId id, std::function<void()> on_end) override;

private:
    struct RevocationListener {
        AuthSessionId session;
        std::function<void()> on_end;  // empty once it has been called
    };
    using RevocationListeners = std::vector<std::shared_ptr<RevocationListener>>;
    struct KnownEnd {
        SessionsEnd end;
        Timestamp expires_at;
    };
    static void notify(const RevocationListeners& listeners);
    void prune(Timestamp now);

    Seconds token_ttl_;
    std::unordered_map<AuthSessionId, Timestamp> ended_;  // until when it is relevant
    std::unordered_map<UserId, KnownEnd> ended_of_user_;
    std::unordered_multimap<AuthSessionId, std::weak_ptr<RevocationListener>> listeners_;
    std::unordered_multimap<UserId, std::weak_ptr<RevocationListener>> listeners_of_user_;
    // Expired entries are removed whenever the maps have doubled in size.
    static constexpr std::size_t kPruneFrom = 1024;
    std::size_t prune_ended_at_ = kPruneFrom;
    std::size_t prune_listeners_at_ = kPruneFrom;
};

struct UserSessionsEnded {
    UserId user{};
    SessionsEnd end;
};
struct SigningKeysWithdrawn {};
using Revocation = std::variant<AuthSessionId, UserSessionsEnded, SigningKeysWithdrawn>;

// Parses a notification; nullopt if it has another form.
std::optional<Revocation> parse_revocation(std::string_view payload);

// One per process, on one of its loops.
class RevocationFeed {
public:
    // Both run on the loop.
    struct Handlers {
        std::function<void(const Revocation&)> on_revoked;
        // All revocations until then have been reported. Called several times a second while PostgreSQL responds.
        postgres::Listener::OnHeard on_heard;
    };

    // Uses both until stop(). After each gap, revocations of the last `token_ttl` are reported again, so some are
    // reported twice.
    RevocationFeed(asio::io_context& loop, postgres::Client& database, const std::string& conninfo, Seconds token_ttl,
                   Handlers handlers);

    void start() { listener_.start(); }
    void stop();

private:
    // Of one gap; again until it succeeds or there is a later gap.
    Awaitable<> catch_up(std::uint64_t gap);
    Awaitable<> report_recent();

    postgres::Client& database_;
    Seconds token_ttl_;
    Handlers handlers_;
    std::uint64_t gaps_ = 0;
    bool has_caught_up_ = false;
    postgres::Listener listener_;
    TaskGroup tasks_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
