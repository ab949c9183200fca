#pragma once
// How every process identifies its callers, whatever its roles. On each core: the owner of a token, whether its login
// session is alive and has calls left, its end, and which replicas have what the caller wrote. Per process: the
// connection by which PostgreSQL reports early ends.

#include "platform/http/access/access_control.h"
#include "platform/module/module.h"
#include "services/auth/admission/login_admission.h"
#include "services/auth/logins/revocations.h"
#include "services/auth/logins/write_tracker.h"
#include "services/auth/settings.h"
#include "services/auth/tokens/token_verifier.h"

#include <vector>

namespace mindspace::auth {

// The connections and the limiter of its core.
struct AccessBackends {
    postgres::Client& database;
    postgres::Replicas& replicas;
    redis::Client& redis;
    redis::Subscriber& subscriber;
    limits::RateLimiter& limiter;
    KnownSignatures& signatures;  // of all cores
};

// The part of one core.
class CallerAccess {
public:
    CallerAccess(asio::io_context& loop, const AccessBackends& backends, const AuthSettings& settings);
    CallerAccess(const CallerAccess&) = delete;
    CallerAccess& operator=(const CallerAccess&) = delete;

    // Must outlive this object.
    [[nodiscard]] http::AccessControl control() { return {verifier_, admission_, revoked_, writes_}; }
    // After the connections. stop() is final.
    void start();
    void stop() { leases_.stop(); }

    // From any thread: rejects callers whose login session has ended, and notifies the watchers of that session.
    void notify(const Revocation& revocation);
    // From any thread: PostgreSQL has reported all revocations until then.
    void confirm_revocations(leases::TimePoint sent_at);
    // The public keys as read by this core.
    [[nodiscard]] KeyRing& keys() { return verifier_.keys(); }
    [[nodiscard]] KnownSignatures& signatures() { return signatures_; }
    // Of the cache of verified tokens.
    [[nodiscard]] const telemetry::CacheStats& cache_stats() const { return verifier_.cache_stats(); }
    [[nodiscard]] const LeaseStats& lease_stats() const { return leases_.stats(); }

private:
    void apply(const Revocation& revocation);

    asio::io_context& loop_;
    const bool has_leases_;
    const SessionRegistry registry_;
    RevokedSessions revoked_;
    KnownSignatures& signatures_;
    TokenVerifier verifier_;
    WriteTracker writes_;
    LoginLeases leases_;
    LoginAdmission admission_;
    SystemClock clock_;
};

class AccessModule final : public Module {
public:
    // `cores` are those of the process; they must outlive this object.
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
