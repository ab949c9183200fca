#include "services/auth/service.h"

#include "platform/telemetry/log.h"
#include "services/auth/common_passwords.h"
#include "services/auth/email_key.h"

namespace mindspace::auth {

namespace {

constexpr Seconds kReplayWindow{60};  // how long a lost answer can be asked for again

Error invalid_credentials() {
    return {ErrorCode::unauthenticated, "invalid_credentials", "The email address or the password is wrong.", {}};
}

Error invalid_refresh_token() {
    return {ErrorCode::unauthenticated, "invalid_refresh_token", "The refresh token is not valid.", {}};
}

Error refresh_reused() {
    return {ErrorCode::unauthenticated,
            "refresh_reused",
            "The refresh token had been used before; this login session has ended.",
            {}};
}

Error password_breached() {
    schema::Faults faults;
    const schema::Path document;
    faults.add(schema::Path{&document, "password"}, "password_breached", "is among the most used passwords");
    auto error = schema::validation_failed(std::move(faults));
    error.reason = "password_breached";
    return error;
}

struct Opened {
    NewAuthSession row;
    RefreshToken token;
};

Opened open_session(UserId user, Origin origin, Seconds ttl, Timestamp now) {
    auto tag_key = random_bytes<32>();
    auto id = AuthSessionId::make(now);
    auto token = RefreshToken::make(user, id, tag_key);
    NewAuthSession row{.user = user,
                       .id = id,
                       .device_name = std::move(origin.device_name),
                       .ip = std::move(origin.ip),
                       .user_agent = std::move(origin.user_agent),
                       .tag_key = Bytes(tag_key.begin(), tag_key.end()),
                       .token_hash = token.hash(),
                       .created_at = now,
                       .expires_at = now + ttl};
    return {std::move(row), token};
}

}  // namespace

Tokens AuthService::make_tokens(const http::Principal& principal, const RefreshToken& refresh, Timestamp now) const {
    return Tokens{.access_token = sign_access_token(key_, settings_.access, principal, now),
                  .expires_in = settings_.access.ttl.count(),
                  .refresh_token = refresh.to_string(),
                  .refresh_expires_in = settings_.refresh_ttl.count(),
                  .session_id = principal.auth_session};
}

Awaitable<Result<LoggedIn>> AuthService::register_user(Register request, Origin origin) {
    if (is_common_password(request.password)) co_return password_breached();
    auto password_hash = co_await hasher_.hash(request.password);
    auto now = clock_.now();
    user::NewUser user{.id = UserId::make(now),
                       .email = request.email,
                       .display_name = request.display_name,
                       .timezone = request.timezone,
                       .locale = request.locale,
                       .created_at = now};
    auto opened = open_session(user.id, std::move(origin), settings_.refresh_ttl, now);
    http::Principal principal{.user = user.id, .auth_session = opened.row.id};
    auto shown = user::as_user(user);
    auto inserted = co_await store_.insert_account(std::move(user), email_key(request.email), std::move(password_hash),
                                                   std::move(opened.row));
    if (!inserted) co_return inserted.error();
    log::info("user registered", {{"event.action", "user_registered"}, {"user.id", principal.user.to_string()}});
    co_return LoggedIn{.user = std::move(shown), .tokens = make_tokens(principal, opened.token, now)};
}

Awaitable<Result<LoggedIn>> AuthService::login(Login request, Origin origin) {
    auto account = co_await store_.find_account(email_key(request.email));
    if (!account) {
        co_await hasher_.verify_nothing(std::move(request.password));
        co_return invalid_credentials();
    }
    bool fits = co_await hasher_.verify(std::move(request.password), account->password_hash);
    if (!fits) co_return invalid_credentials();
    auto user = co_await store_.find_user(account->user);
    if (!user) co_return invalid_credentials();  // deleted this moment

    auto now = clock_.now();
    origin.device_name = std::move(request.device_name);
    auto opened = open_session(user->id, std::move(origin), settings_.refresh_ttl, now);
    http::Principal principal{.user = user->id, .auth_session = opened.row.id, .role = user->role};
    co_await store_.insert_session(std::move(opened.row));
    log::info("login", {{"event.action", "login"}, {"user.id", principal.user.to_string()}});
    co_return LoggedIn{.user = std::move(*user), .tokens = make_tokens(principal, opened.token, now)};
}

Awaitable<Result<Refreshed>> AuthService::refresh(Refresh request) {
    auto presented = RefreshToken::parse(request.refresh_token);
    if (!presented) co_return invalid_refresh_token();
    auto state = co_await store_.find_refresh_state(presented->user, presented->auth_session);
    if (!state || !presented->is_genuine(state->tag_key)) co_return invalid_refresh_token();

    auto now = clock_.now();
    auto salt = random_bytes<32>();
    auto successor = presented->successor(salt, state->tag_key);
    Rotation rotation{.user = presented->user,
                      .auth_session = presented->auth_session,
                      .presented_hash = presented->hash(),
                      .successor_hash = successor.hash(),
                      .salt = Bytes(salt.begin(), salt.end()),
                      .now = now,
                      .expires_at = now + settings_.refresh_ttl};
    bool swapped = co_await store_.rotate(std::move(rotation));
    if (swapped) co_return co_await issue(successor);
    co_return co_await answer_old_token(*presented);
}

// The token was genuine but is not the current one: a lost answer, or a thief.
Awaitable<Result<Refreshed>> AuthService::answer_old_token(RefreshToken presented) {
    auto state = co_await store_.find_refresh_state(presented.user, presented.auth_session);
    auto now = clock_.now();
    if (!state || state->revoked || state->expires_at <= now) co_return invalid_refresh_token();
    bool is_previous = state->previous_hash && equal_constant_time(*state->previous_hash, presented.hash());
    if (is_previous && now < *state->rotated_at + kReplayWindow)
        co_return co_await issue(presented.successor(*state->rotation_salt, state->tag_key));

    auto revoked = co_await revoke(presented.user, presented.auth_session);
    if (!revoked) co_return revoked.error();
    log::warn("refresh token reused", {{"event.action", "refresh_reused"}, {"user.id", presented.user.to_string()}});
    co_return refresh_reused();
}

Awaitable<Result<Refreshed>> AuthService::issue(RefreshToken successor) {
    auto user = co_await store_.find_user(successor.user);
    if (!user) co_return invalid_refresh_token();
    http::Principal principal{.user = user->id, .auth_session = successor.auth_session, .role = user->role};
    co_return Refreshed{.tokens = make_tokens(principal, successor, clock_.now())};
}

Awaitable<Result<>> AuthService::logout(http::Principal principal) {
    auto revoked = co_await revoke(principal.user, principal.auth_session);
    if (revoked) log::info("logout", {{"event.action", "logout"}, {"user.id", principal.user.to_string()}});
    co_return revoked;
}

// Redis first: should this node die in between, the login is dead a moment early, never alive too long.
Awaitable<Result<>> AuthService::revoke(UserId user, AuthSessionId id) {
    co_await registry_.revoke(user, id, settings_.access.ttl);
    co_await store_.revoke(user, id, clock_.now());
    co_return Result<>{};
}

Awaitable<Result<JwkSet>> AuthService::public_keys() {
    auto keys = co_await store_.list_signing_keys();
    JwkSet set;
    for (const auto& key : keys) set.keys.push_back(Jwk{.kid = key.kid(), .x = base64url_encode(key.public_key())});
    co_return set;
}

}  // namespace mindspace::auth
