#pragma once
// How every process knows its callers, whatever its roles: on each core whose a token is, whether its login session is
// alive and has calls left, when that ends, and which replicas have what the caller wrote; and the connection by which
// PostgreSQL tells the process what has ended before its time.

#include "platform/http/access/access_control.h"
#include "platform/module/module.h"
#include "services/auth/logins/login_admission.h"
#include "services/auth/logins/revocations.h"
#include "services/auth/logins/write_tracker.h"
#include "services/auth/settings.h"
#include "services/auth/tokens/token_verifier.h"

#include <vector>

namespace mindspace::auth {

// What it stands on, on its core.
struct AccessBackends {
    postgres::Client& database;
    postgres::Replicas& replicas;
    redis::Client& redis;
    limits::RateLimiter& limiter;
};

// Of one core.
class CallerAccess {
public:
    CallerAccess(asio::io_context& loop, const AccessBackends& backends, const AuthSettings& settings);
    CallerAccess(const CallerAccess&) = delete;
    CallerAccess& operator=(const CallerAccess&) = delete;

    // Outlived by this.
    [[nodiscard]] http::AccessControl control() { return {verifier_, admission_, revoked_, writes_}; }
    // From any thread: from now on what has ended lets no caller in, and those that watch it are told.
    void notify(const Revocation& revocation);
    // The public keys as this core knows them.
    [[nodiscard]] KeyRing& keys() { return verifier_.keys(); }
    // Of the tokens that have been verified.
    [[nodiscard]] const telemetry::CacheStats& cache_stats() const { return verifier_.cache_stats(); }

private:
    void apply(const Revocation& revocation);

    asio::io_context& loop_;
    const SessionRegistry registry_;
    RevokedSessions revoked_;
    TokenVerifier verifier_;
    WriteTracker writes_;
    LoginAdmission admission_;
    SystemClock clock_;
};

class AccessModule final : public Module {
public:
    // `cores` are those of the process; they must outlive this.
    AccessModule(const AuthSettings& settings, const CoreResources& first, std::vector<CallerAccess*> cores);

    void start() override { feed_.start(); }
    void stop() override { feed_.stop(); }
    void collect(telemetry::Page& page) const override;

    [[nodiscard]] CallerAccess& of(unsigned core) { return *cores_.at(core); }

private:
    std::vector<CallerAccess*> cores_;
    RevocationFeed feed_;
};

}  // namespace mindspace::auth
