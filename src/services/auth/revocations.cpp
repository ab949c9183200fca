#include "services/auth/revocations.h"

#include "platform/base/result.h"
#include "platform/telemetry/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <vector>

namespace mindspace::auth {

namespace {

constexpr Seconds kOverlap{60};  // between what was heard and what is read again

}  // namespace

void RevokedSessions::add(AuthSessionId id, Timestamp now) {
    bool is_new = ended_.emplace(id, now + token_ttl_ + kOverlap).second;
    if (!is_new) return;
    auto [first, last] = watchers_.equal_range(id);
    std::vector<std::shared_ptr<Watcher>> called;  // a watcher may end its watch, or another's
    for (auto at = first; at != last; ++at)
        if (auto watcher = at->second.lock()) called.push_back(std::move(watcher));
    watchers_.erase(first, last);
    for (const auto& watcher : called) (*watcher)();

    if (ended_.size() < prune_ended_at_) return;
    std::erase_if(ended_, [now](const auto& entry) { return entry.second <= now; });
    prune_ended_at_ = 2 * ended_.size() + kPruneFrom;
}

http::SessionWatch RevokedSessions::watch(AuthSessionId id, std::function<void()> on_end) {
    if (contains(id)) {
        on_end();
        return {};
    }
    if (watchers_.size() >= prune_watchers_at_) {
        std::erase_if(watchers_, [](const auto& entry) { return entry.second.expired(); });
        prune_watchers_at_ = 2 * watchers_.size() + kPruneFrom;
    }
    auto watcher = std::make_shared<Watcher>(std::move(on_end));
    watchers_.emplace(id, watcher);
    return watcher;
}

RevocationFeed::RevocationFeed(asio::io_context& loop, postgres::Client& database, const std::string& conninfo,
                               Seconds token_ttl, OnRevoked on_revoked)
    : loop_(loop),
      database_(database),
      token_ttl_(token_ttl),
      on_revoked_(std::move(on_revoked)),
      listener_(
          loop, conninfo, "auth_session_revoked", [this](const std::string& payload) { take(payload); },
          [this] { asio::co_spawn(loop_, catch_up(), asio::detached); }) {}

Awaitable<> RevocationFeed::catch_up() {
    static constexpr postgres::Statement kRecent{"auth_recently_revoked",
                                                 "SELECT auth_session_id FROM auth_sessions WHERE revoked_at > $1"};
    try {
        auto rows = co_await database_.query(kRecent, clock_.now() - token_ttl_ - kOverlap);
        for (const auto row : rows) on_revoked_(row.get<AuthSessionId>(0));
    } catch (const Unavailable& fault) {
        // The connection is lost, so listening begins anew, and with it this.
        log::warn("revocations may be missing for a moment", {{"error.message", fault.what()}});
    }
}

void RevocationFeed::take(const std::string& payload) {
    if (auto id = AuthSessionId::parse(payload)) on_revoked_(*id);
}

}  // namespace mindspace::auth
