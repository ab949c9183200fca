#pragma once
// Who calls, in every process, whatever its roles: each core's guard, and the connection by which PostgreSQL tells the
// process what has ended before its time.

#include "platform/module/module.h"
#include "services/auth/client.h"
#include "services/auth/logins/revocations.h"
#include "services/auth/settings.h"

#include <vector>

namespace mindspace::auth {

// What a guard stands on, on its core.
struct GuardBackends {
    postgres::Client& database;
    postgres::Replicas& replicas;
    redis::Client& redis;
    limits::RateLimiter& limiter;
};

// Of one core.
class CoreGuard {
public:
    CoreGuard(asio::io_context& loop, const GuardBackends& backends, const AuthSettings& settings);

    [[nodiscard]] TokenGuard& guard() { return guard_; }
    // From any thread: from now on nobody gets in with what has ended.
    void tell(const Revocation& revocation);

private:
    void note(const Revocation& revocation);

    asio::io_context& loop_;
    RevokedSessions revoked_;
    TokenGuard guard_;
    SystemClock clock_;
};

class GuardModule final : public Module {
public:
    // `cores` are those of the process; they must outlive this.
    GuardModule(const AuthSettings& settings, const CoreResources& first, std::vector<CoreGuard*> cores);

    void start() override { feed_.start(); }
    void stop() override { feed_.stop(); }
    void collect(telemetry::Page& page) const override;

    [[nodiscard]] CoreGuard& of(unsigned core) { return *cores_.at(core); }

private:
    std::vector<CoreGuard*> cores_;
    RevocationFeed feed_;
};

}  // namespace mindspace::auth
