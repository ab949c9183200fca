#pragma once
// What the other roles need of auth: the guard that verifies access tokens, in whichever process it runs, and what is
// kept of a user.

#include "platform/base/lru_cache.h"
#include "platform/http/middleware/guard.h"
#include "platform/postgres/replicas/replicas.h"
#include "platform/privacy/personal_data.h"
#include "platform/telemetry/metrics/cache_stats.h"
#include "services/auth/logins/revocations.h"
#include "services/auth/logins/session_registry.h"
#include "services/auth/logins/store.h"
#include "services/auth/tokens/access_token.h"
#include "services/auth/tokens/key_ring.h"

namespace mindspace::auth {

// One per core. A verified token is remembered until it expires; whether its login session is alive is asked anew
// for each request: of what PostgreSQL has told this process, then in Redis, and in PostgreSQL when Redis does not know
// or is down.
class TokenGuard final : public http::Guard {
public:
    struct Parts {
        AuthStore store;
        SessionRegistry registry;
        limits::RateLimiter& limiter;
        RevokedSessions& revoked;
        postgres::Replicas& replicas;  // are told how far they must be for whom
    };
    // `remembered`: how many verified tokens are kept.
    TokenGuard(Parts parts, TokenRules rules, std::size_t remembered);

    Awaitable<Result<http::Principal>> authenticate(std::string_view access_token) override;
    Awaitable<http::Admission> admit(std::string_view access_token, const limits::Policy& policy) override;
    Awaitable<> note_write(UserId user) override;
    http::SessionWatch watch(UserId user, AuthSessionId session, std::function<void()> on_end) override {
        return parts_.revoked.watch(user, session, std::move(on_end));
    }
    // After a signing key has been withdrawn, or may have been: the keys are read anew before the next token is
    // accepted.
    void forget_keys();
    // The public keys as this core knows them.
    [[nodiscard]] KeyRing& keys() { return keys_; }
    [[nodiscard]] const telemetry::CacheStats& cache_stats() const { return cache_stats_; }

private:
    Awaitable<Result<http::Principal>> check_alive(http::Principal principal, SessionRegistry::State state);
    Awaitable<Result<http::Principal>> verify(std::string_view access_token, Timestamp now);

    Parts parts_;
    TokenRules rules_;
    KeyRing keys_;
    LruCache<std::string, http::Principal> verified_;
    telemetry::CacheStats cache_stats_;
    SystemClock clock_;
};

// An export shows nothing of what proves who somebody is: no password, token or hash of one.
privacy::Holdings personal_data();

}  // namespace mindspace::auth
