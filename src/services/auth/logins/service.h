#pragma once
// The rules of identity: registration, login, rotation of refresh tokens, the end of login sessions. The operations
// that an owner authorises by password or mail are in accounts/service.h. No HTTP, no SQL.

#include "platform/http/access/principal.h"
#include "services/auth/logins/stats.h"
#include "services/auth/mail/quota.h"
#include "services/auth/parts.h"
#include "services/auth/tokens/key_ring.h"
#include "services/auth/tokens/known_signatures.h"
#include "services/auth/tokens/refresh_token.h"
#include "services/auth/types.h"

namespace mindspace::auth {

class AuthService {
public:
    // `keys` are the core's, forgotten when a key is withdrawn; `signatures` are those of all cores; `key` signs.
    AuthService(AuthParts parts, MailQuota& quota, KeyRing& keys, KnownSignatures& signatures, SigningKey key)
        : store_(parts.database),
          accounts_(parts.database),
          keys_(keys),
          signatures_(signatures),
          registry_(parts.redis),
          hasher_(parts.hasher),
          background_(parts.background),
          attempt_limiter_(parts.attempt_limiter),
          networks_(parts.networks),
          quota_(quota),
          key_(std::move(key)),
          settings_(parts.settings) {}

    // Also queues the verification mail. Error: conflict `email_taken`; invalid `password_breached`.
    Awaitable<Result<LoggedIn>> register_user(Register request, Origin origin);
    // Error: unauthenticated `invalid_credentials`, the same for an unknown address and a wrong password; forbidden
    // `account_disabled`, only for the correct password; rate_limited, after too many attempts.
    Awaitable<Result<LoggedIn>> login(Login request, Origin origin);
    // Rotates the token. The previous token returns the same successor again until that is used or 60 s have passed.
    // Error: unauthenticated `invalid_refresh_token`, `refresh_reused` (the login session is revoked).
    Awaitable<Result<Refreshed>> refresh(std::string token, Origin origin);
    // Ends the caller's login session: its tokens are invalid on every node when this returns.
    Awaitable<Result<>> logout(http::Principal principal, Origin origin);
    // Ends every login session of the caller in the same way.
    Awaitable<Result<>> logout_all(http::Principal principal, Origin origin);

    // The caller's active login sessions after `after`, last used first, `limit` at most.
    Awaitable<ListPart<LoginSession, AuthSessionId>> list_sessions(http::Principal principal,
                                                                   LoginSessionPosition after, std::int32_t limit);
    // Ends one of them. Error: not_found if it belongs to another user, is unknown or has ended.
    Awaitable<Result<>> revoke_session(http::Principal principal, AuthSessionId id, Origin origin);

    // The public keys whose tokens may be valid; read every few seconds at most, regardless of the number of requests.
    Awaitable<Result<JwkSet>> public_keys();
    // Signs with this key from now on; all processes must have known its public half for a while.
    void use_key(SigningKey key) { key_ = std::move(key); }

    [[nodiscard]] const LoginStats& stats() const { return stats_; }

private:
    Awaitable<Result<LoggedIn>> attempt_login(Login request, Origin origin);
    Awaitable<bool> revoke(AuditEntry entry);
    [[nodiscard]] PasswordHasher::QueuePriority queue_priority_of(const std::string& ip) const;
    Awaitable<Result<std::optional<Account>>> find_for_login(std::string email, std::string ip);
    Awaitable<> rehash(Account account, std::string password);
    void record_failed_login(UserId user, Origin origin, std::string_view reason);
    Awaitable<Result<Refreshed>> replay_rotation(RefreshToken presented, Origin origin);
    [[nodiscard]] Refreshed issue(const RefreshToken& successor, http::Role role, Timestamp expires_at,
                                  Timestamp now) const;
    [[nodiscard]] Tokens make_tokens(const http::Principal& principal, const RefreshToken& refresh,
                                     Timestamp expires_at, Timestamp now) const;
    [[nodiscard]] Timestamp expiry(Timestamp created_at, Timestamp now) const;

    AuthStore store_;
    AccountStore accounts_;
    KeyRing& keys_;
    KnownSignatures& signatures_;
    SessionRegistry registry_;
    PasswordHasher& hasher_;
    TaskGroup& background_;
    PasswordAttemptLimiter& attempt_limiter_;
    KnownNetworks& networks_;
    MailQuota& quota_;
    SigningKey key_;
    const AuthSettings& settings_;
    LoginStats stats_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
