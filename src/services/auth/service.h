#pragma once
// The rules of identity: registration, login, rotation of refresh tokens, logout. No HTTP, no SQL.

#include "platform/http/guard.h"
#include "services/auth/access_token.h"
#include "services/auth/password_hasher.h"
#include "services/auth/refresh_token.h"
#include "services/auth/session_registry.h"
#include "services/auth/store.h"
#include "services/auth/types.h"

namespace mindspace::auth {

struct AuthSettings {
    TokenRules access;
    Seconds refresh_ttl{604800};
};

// Where a login comes from, as the list of login sessions shows it.
struct Origin {
    std::string ip;
    std::string user_agent;
    std::optional<std::string> device_name{};
};

class AuthService {
public:
    AuthService(AuthStore store, SessionRegistry registry, PasswordHasher& hasher, const SigningKey& key,
                const AuthSettings& settings)
        : store_(store), registry_(registry), hasher_(hasher), key_(key), settings_(settings) {}

    // Error: conflict `email_taken`; invalid `password_breached`.
    Awaitable<Result<LoggedIn>> register_user(Register request, Origin origin);
    // Error: unauthenticated `invalid_credentials`, the same for an unknown address and a wrong password.
    Awaitable<Result<LoggedIn>> login(Login request, Origin origin);
    // Rotates the token. The previous token gets the same successor again until that is used or 60 s have passed.
    // Error: unauthenticated `invalid_refresh_token`, `refresh_reused` (the login session is revoked).
    Awaitable<Result<Refreshed>> refresh(Refresh request);
    // Ends the caller's login session: its tokens are dead on every node when this returns.
    Awaitable<Result<>> logout(http::Principal principal);
    Awaitable<Result<JwkSet>> public_keys();

private:
    Awaitable<Result<>> revoke(UserId user, AuthSessionId id);
    Awaitable<Result<Refreshed>> answer_old_token(RefreshToken presented);
    Awaitable<Result<Refreshed>> issue(RefreshToken successor);
    [[nodiscard]] Tokens make_tokens(const http::Principal& principal, const RefreshToken& refresh,
                                     Timestamp now) const;

    AuthStore store_;
    SessionRegistry registry_;
    PasswordHasher& hasher_;
    const SigningKey& key_;
    const AuthSettings& settings_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
