#pragma once
// What a core holds on lease about its callers, so that most requests ask neither Redis nor PostgreSQL: that a login
// session is alive, the version of its user's data, and a portion of the user's quotas. Leases are used only while both
// channels that push changes are intact: the ends of leases (platform/leases) and the revocations of PostgreSQL
// (revocations.h). One per core, on its loop.

#include "platform/async/task_group.h"
#include "platform/leases/holder.h"
#include "platform/leases/lease_table.h"
#include "platform/limits/quota_leases.h"
#include "platform/telemetry/metrics/cache_stats.h"
#include "services/auth/logins/session_registry.h"

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>

namespace mindspace::auth {

struct LeaseStats {
    telemetry::CacheStats logins;  // misses are requests that asked Redis
    telemetry::Gauge is_silent;    // 1 while a channel is not known to be intact
};

class LoginLeases {
public:
    using TimePoint = leases::TimePoint;
    struct Backends {
        redis::Client& redis;
        redis::Subscriber& subscriber;
        limits::RateLimiter& limiter;
    };
    struct Login {
        AuthSessionId session;
        std::string user_version;
    };
    using Logins = leases::LeaseTable<UserId, Login>;  // the last login session that each user used here
    struct Admitted {
        std::string user_version;
        limits::RateLimitDecision decision{};
    };

    // `capacity`: the most users.
    LoginLeases(asio::io_context& loop, const Backends& backends, std::size_t capacity);

    void start();
    void stop();
    // PostgreSQL has reported all revocations until then.
    void confirm_revocations(TimePoint sent_at) { revocations_.confirm(sent_at); }

    // If it can be decided without a question; counts the call then. `policy` may be null.
    std::optional<Admitted> admit(UserId user, AuthSessionId session, const limits::Policy* policy, TimePoint now);

    // What was learned from Redis instead. The login session is alive: call begin() before the question.
    [[nodiscard]] Logins& logins() { return logins_; }
    [[nodiscard]] limits::QuotaLeases& quotas() { return quotas_; }

    [[nodiscard]] const LeaseStats& stats() const { return stats_; }

private:
    [[nodiscard]] bool is_fresh(TimePoint now) const {
        return revocations_.is_fresh(now) && holder_.membership().is_fresh(now);
    }
    std::optional<Admitted> find(UserId user, AuthSessionId session, const limits::Policy* policy, TimePoint now);
    Awaitable<> watch();
    void report_silence(bool is_silent);

    limits::RateLimiter& limiter_;
    Logins logins_;
    limits::QuotaLeases quotas_;
    leases::Holder holder_;
    leases::Heartbeat revocations_;
    LeaseStats stats_;
    TaskGroup tasks_;
};

}  // namespace mindspace::auth
