#include "services/auth/logins/revocations.h"

#include "platform/async/sleep.h"
#include "platform/base/result.h"
#include "platform/telemetry/log/log.h"

#include <utility>
#include <vector>

namespace mindspace::auth {

namespace {

constexpr Seconds kOverlap{60};  // overlap between notifications and the tables that are read after a gap
constexpr Seconds kRetryPause{1};

}  // namespace

bool RevokedSessions::contains(UserId user, AuthSessionId id) const {
    if (ended_.contains(id)) return true;
    const auto of_user = ended_of_user_.find(user);
    return of_user != ended_of_user_.end() && of_user->second.end.covers(id);
}

// A listener may end its own watch or another one: `listeners` keeps the notified ones alive.
void RevokedSessions::notify(const RevocationListeners& listeners) {
    for (const auto& listener : listeners)
        if (auto on_end = std::exchange(listener->on_end, {})) on_end();
}

void RevokedSessions::add(AuthSessionId id, Timestamp now) {
    bool is_new = ended_.emplace(id, now + token_ttl_ + kOverlap).second;
    if (!is_new) return;
    auto [first, last] = listeners_.equal_range(id);
    RevocationListeners called;
    for (auto at = first; at != last; ++at)
        if (auto listener = at->second.lock()) called.push_back(std::move(listener));
    listeners_.erase(first, last);
    notify(called);
    prune(now);
}

void RevokedSessions::add(UserId user, const SessionsEnd& end, Timestamp now) {
    auto& known = ended_of_user_[user];
    if (known.end.at >= end.at) return;
    known = {.end = end, .expires_at = now + token_ttl_ + kOverlap};
    RevocationListeners called;
    for (auto [at, last] = listeners_of_user_.equal_range(user); at != last;) {
        auto listener = at->second.lock();
        const bool is_over = listener == nullptr || end.covers(listener->session);
        if (listener != nullptr && is_over) called.push_back(std::move(listener));
        at = is_over ? listeners_of_user_.erase(at) : std::next(at);
    }
    notify(called);
    prune(now);
}

http::SessionWatch RevokedSessions::watch(UserId user, AuthSessionId id, std::function<void()> on_end) {
    if (contains(user, id)) {
        on_end();
        return {};
    }
    if (listeners_.size() + listeners_of_user_.size() >= prune_listeners_at_) {
        auto is_expired = [](const auto& entry) { return entry.second.expired(); };
        std::erase_if(listeners_, is_expired);
        std::erase_if(listeners_of_user_, is_expired);
        prune_listeners_at_ = 2 * (listeners_.size() + listeners_of_user_.size()) + kPruneFrom;
    }
    auto listener = std::make_shared<RevocationListener>(id, std::move(on_end));
    listeners_.emplace(id, listener);
    listeners_of_user_.emplace(user, listener);
    return listener;
}

void RevokedSessions::prune(Timestamp now) {
    if (ended_.size() + ended_of_user_.size() < prune_ended_at_) return;
    std::erase_if(ended_, [now](const auto& entry) { return entry.second <= now; });
    std::erase_if(ended_of_user_, [now](const auto& entry) { return entry.second.expires_at <= now; });
    prune_ended_at_ = 2 * (ended_.size() + ended_of_user_.size()) + kPruneFrom;
}

std::optional<Revocation> parse_revocation(std::string_view payload) {
    constexpr std::size_t kIdLength = 36;
    if (payload == "keys") return SigningKeysWithdrawn{};
    if (payload.size() <= kIdLength) {
        auto id = AuthSessionId::parse(payload);
        return id ? std::optional<Revocation>(*id) : std::nullopt;
    }
    auto user = UserId::parse(payload.substr(0, kIdLength));
    auto end = SessionsEnd::parse(payload.substr(kIdLength + 1));
    if (!user || !end) return std::nullopt;
    return UserSessionsEnded{.user = *user, .end = *end};
}

RevocationFeed::RevocationFeed(asio::io_context& loop, postgres::Client& database, const std::string& conninfo,
                               Seconds token_ttl, Handlers handlers)
    : database_(database),
      token_ttl_(token_ttl),
      handlers_(std::move(handlers)),
      listener_(
          loop, conninfo, "auth_session_revoked",
          [this](const std::string& payload) {
              if (auto revocation = parse_revocation(payload)) handlers_.on_revoked(*revocation);
          },
          [this] {
              has_caught_up_ = false;
              tasks_.spawn(catch_up(++gaps_));
          },
          [this](auto sent_at) {
              if (has_caught_up_) handlers_.on_heard(sent_at);
          }),
      tasks_(loop) {}

void RevocationFeed::stop() {
    listener_.stop();
    tasks_.cancel();
}

Awaitable<> RevocationFeed::catch_up(std::uint64_t gap) {
    while (gap == gaps_ && !has_caught_up_) {
        try {
            co_await report_recent();
            has_caught_up_ = gap == gaps_;
            co_return;
        } catch (const Unavailable& fault) {
            log::warn("revocations may be missing temporarily", {{"error.message", fault.what()}});
        }
        co_await sleep_for(kRetryPause);
    }
}

Awaitable<> RevocationFeed::report_recent() {
    static constexpr postgres::Statement kSessions{"auth_recently_revoked",
                                                   "SELECT auth_session_id FROM auth_sessions WHERE revoked_at > $1"};
    static constexpr postgres::Statement kUsers{"auth_recently_ended", R"(
        SELECT user_id, sessions_ended_at, sessions_ended_until, kept_session
        FROM credentials WHERE sessions_ended_at > $1)"};
    handlers_.on_revoked(SigningKeysWithdrawn{});
    const auto since = clock_.now() - token_ttl_ - kOverlap;
    auto sessions = co_await database_.query(kSessions, since);
    for (const auto row : sessions) handlers_.on_revoked(row.get<AuthSessionId>(0));
    auto users = co_await database_.query(kUsers, since);
    for (const auto row : users)
        handlers_.on_revoked(UserSessionsEnded{.user = row.get<UserId>(0),
                                               .end = {.at = row.get<Timestamp>(1),
                                                       .until = row.get<AuthSessionId>(2),
                                                       .except = row.get<std::optional<AuthSessionId>>(3)}});
}

}  // namespace mindspace::auth
