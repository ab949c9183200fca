#include "services/auth/logins/service.h"

#include "platform/base/text/visible_text.h"
#include "platform/http/server/client_address.h"
#include "platform/telemetry/log/log.h"
#include "services/auth/accounts/email_key.h"
#include "services/auth/logins/opened_session.h"
#include "services/auth/passwords/common_passwords.h"
#include "services/auth/tokens/access_token.h"

namespace mindspace::auth {

namespace {

constexpr Seconds kReplayWindow{60};  // how long a lost response can be requested again

Error invalid_credentials() {
    return {ErrorCode::unauthenticated, "invalid_credentials", "The email address or password is incorrect.", {}};
}

Error invalid_refresh_token() {
    return {ErrorCode::unauthenticated, "invalid_refresh_token", "The refresh token is invalid.", {}};
}

Error refresh_reused() {
    return {ErrorCode::unauthenticated,
            "refresh_reused",
            "The refresh token was already used, so its login session has been ended.",
            {}};
}

// An outcome, not a fault: there may be thousands per second.
Error too_many_password_checks() {
    return {ErrorCode::unavailable,
            "unavailable",
            "Too many passwords are being checked at the moment. Try again later.",
            {}};
}

Error account_disabled() {
    return {ErrorCode::forbidden, "account_disabled", "This account has been disabled.", {}};
}

// For the caller or a login session.
AuditEntry audit(AuditAction action, UserId user, std::optional<AuthSessionId> id, const Origin& origin,
                 Timestamp now) {
    return {.user = user,
            .at = now,
            .action = action,
            .auth_session = id,
            .ip = origin.ip,
            .user_agent = origin.user_agent};
}

LoginSessionPosition position_of_login(const LoginSession& session) {
    return {.at = session.last_used_at, .id = session.id};
}

}  // namespace

// No token outlives its login session.
Tokens AuthService::make_tokens(const http::Principal& principal, const RefreshToken& refresh, Timestamp expires_at,
                                Timestamp now) const {
    const auto left = std::chrono::floor<Seconds>(expires_at - now);
    auto rules = settings_.access;
    rules.ttl = std::min(rules.ttl, left);
    auto access_token = sign_access_token(key_, rules, principal, now);
    signatures_.insert(access_token);
    return Tokens{.access_token = std::move(access_token),
                  .expires_in = rules.ttl.count(),
                  .refresh_token = refresh.to_string(),
                  .refresh_expires_in = left.count(),
                  .session_id = principal.auth_session};
}

Awaitable<Result<LoggedIn>> AuthService::register_user(Register request, Origin origin) {
    if (auto refusal = validate_password(request.password, "password")) co_return std::move(*refusal);
    request.email = composed(trimmed_email(request.email));
    auto password_hash = co_await hasher_.hash(request.password, queue_priority_of(origin.ip));
    auto now = clock_.now();
    user::NewUser user{.id = request.id.value_or(UserId::make(now)),
                       .email = request.email,
                       .display_name = request.display_name,
                       .timezone = request.timezone,
                       .locale = request.locale,
                       .created_at = now};
    const auto expires_at = expiry(now, now);
    auto opened = open_session(user.id, origin, {}, expires_at, now);
    http::Principal principal{.user = user.id, .auth_session = opened.row.id};
    auto shown = user::as_user(user);
    // An attempt to register a taken address does not use up the owner's mail limit.
    auto key = email_key(request.email);
    auto taken = co_await store_.find_account(request.email);
    if (taken) co_return email_taken();
    std::optional<NewMail> mail;
    bool allowed = co_await quota_.take(MailKind::email_verification, request.email, user.id.value, now);
    if (allowed) mail = verification_mail(user.id, request.email, request.locale);
    auto entry = audit(AuditAction::registered, principal.user, principal.auth_session, origin, now);
    NewAccount account{.user = std::move(user),
                       .email_key = std::move(key),
                       .password_hash = std::move(password_hash),
                       .session = std::move(opened.row),
                       .mail = std::move(mail)};
    auto inserted = co_await store_.insert_account(std::move(account), std::move(entry));
    if (!inserted) co_return inserted.error();
    stats_.registrations.add(1);
    log::info("user registered", {{"event.action", "user_registered"}, {"user.id", principal.user.to_string()}});
    co_return LoggedIn{.user = std::move(shown), .tokens = make_tokens(principal, opened.token, expires_at, now)};
}

Awaitable<Result<LoggedIn>> AuthService::login(Login request, Origin origin) {
    auto outcome = co_await attempt_login(std::move(request), std::move(origin));
    stats_.count(outcome);
    co_return outcome;
}

Awaitable<Result<LoggedIn>> AuthService::attempt_login(Login request, Origin origin) {
    if (!hasher_.has_capacity(queue_priority_of(origin.ip))) co_return too_many_password_checks();
    auto key = email_key(request.email);
    auto found = co_await find_for_login(request.email, origin.ip);
    if (!found) co_return found.error();
    auto& account = *found;
    if (!account) {
        co_await hasher_.simulate_verification(std::move(request.password), queue_priority_of(origin.ip));
        co_await attempt_limiter_.record_failure(std::move(origin.ip));
        co_return invalid_credentials();
    }
    bool matches = co_await hasher_.verify(request.password, account->password_hash, queue_priority_of(origin.ip));
    if (!matches || account->disabled) {
        if (!matches) co_await attempt_limiter_.record_failure(origin.ip);
        record_failed_login(account->user, std::move(origin), matches ? "disabled" : "wrong_password");
        co_return matches ? account_disabled() : invalid_credentials();
    }
    auto now = clock_.now();
    const auto expires_at = expiry(now, now);
    auto opened = open_session(account->user, origin, stored_device_name(std::move(request.device_name)), expires_at,
                               now, account->sessions_ended_until);
    auto entry = audit(AuditAction::login, account->user, opened.row.id, origin, now);
    http::Principal principal{.user = account->user, .auth_session = opened.row.id};
    auto inserted =
        co_await store_.insert_session(std::move(opened.row), *account, settings_.max_sessions, std::move(entry));
    if (!inserted) co_return invalid_credentials();
    principal.role = inserted->user.role;
    if (!inserted->ended.empty()) {
        log::info("login sessions ended: the user has too many",
                  {{"event.action", "session_evicted"}, {"user.id", principal.user.to_string()}});
        for (auto id : inserted->ended) co_await registry_.revoke(principal.user, id, settings_.access.ttl);
    }
    networks_.add(origin.ip);
    co_await attempt_limiter_.reset(std::move(key), std::move(origin.ip));
    if (hasher_.is_outdated(account->password_hash) &&
        !background_.try_spawn(rehash(std::move(*account), std::move(request.password))))
        log::debug("password rehash postponed to the next login", {{"user.id", principal.user.to_string()}});
    log::info("login", {{"event.action", "login"}, {"user.id", principal.user.to_string()}});
    co_return LoggedIn{.user = std::move(inserted->user),
                       .tokens = make_tokens(principal, opened.token, expires_at, now)};
}

// Above the limit for unknown clients, an account admits only known networks, those with an earlier login.
Awaitable<Result<std::optional<Account>>> AuthService::find_for_login(std::string email, std::string ip) {
    auto attempt = co_await attempt_limiter_.begin(email_key(email), ip);
    if (!attempt.by_network.allowed) co_return too_many_password_attempts(attempt.by_network);
    auto account = co_await store_.find_account(std::move(email));
    if (attempt.by_unknown_networks.allowed) co_return account;
    bool is_known = false;
    if (account) {
        auto addresses = co_await store_.list_addresses(account->user);
        is_known = std::ranges::find(addresses, http::network_of(ip), http::network_of) != addresses.end();
    }
    if (is_known) co_return account;
    attempt_limiter_.count_refusal(attempt.unknown_networks_budget);
    co_return too_many_password_attempts(attempt.by_unknown_networks);
}

PasswordHasher::QueuePriority AuthService::queue_priority_of(const std::string& ip) const {
    using enum PasswordHasher::QueuePriority;
    return networks_.contains(ip) ? reserved : normal;
}

Awaitable<> AuthService::rehash(Account account, std::string password) {
    auto hash = co_await hasher_.hash(std::move(password));
    co_await accounts_.replace_hash(account.user, std::move(account.password_hash), std::move(hash));
}

// In the background: the duration of the write must not reveal whether the address is known.
void AuthService::record_failed_login(UserId user, Origin origin, std::string_view reason) {
    auto entry = audit(AuditAction::login_failed, user, {}, origin, clock_.now());
    entry.detail = audit_detail("reason", reason);
    if (!background_.try_spawn(store_.insert_audit(std::move(entry))))
        log::warn("too many failed logins: not all are stored", {{"user.id", user.to_string()}});
}

Awaitable<Result<Refreshed>> AuthService::refresh(std::string token, Origin origin) {
    auto presented = RefreshToken::parse(token);
    if (!presented) co_return invalid_refresh_token();
    auto state = co_await store_.find_refresh_state(presented->user, presented->auth_session);
    if (!state || !presented->is_genuine(state->tag_key)) co_return invalid_refresh_token();

    auto now = clock_.now();
    const auto expires_at = expiry(state->created_at, now);
    if (expires_at < now + Seconds(1)) co_return invalid_refresh_token();
    auto salt = random_bytes<32>();
    auto successor = presented->successor(salt, state->tag_key);
    Rotation rotation{.user = presented->user,
                      .auth_session = presented->auth_session,
                      .presented_hash = presented->hash(),
                      .successor_hash = successor.hash(),
                      .salt = Bytes(salt.begin(), salt.end()),
                      .now = now,
                      .expires_at = expires_at};
    bool rotated = co_await store_.rotate(std::move(rotation));
    if (rotated) co_return issue(successor, state->role, expires_at, now);
    co_return co_await replay_rotation(*presented, std::move(origin));
}

// When the login session ends unless it is refreshed again.
Timestamp AuthService::expiry(Timestamp created_at, Timestamp now) const {
    return std::min(now + settings_.refresh_ttl, created_at + settings_.session_lifetime);
}

// The token was genuine but is not the current one: the response was lost, or the token was stolen.
Awaitable<Result<Refreshed>> AuthService::replay_rotation(RefreshToken presented, Origin origin) {
    auto state = co_await store_.find_refresh_state(presented.user, presented.auth_session);
    auto now = clock_.now();
    if (!state || state->revoked || state->expires_at < now + Seconds(1)) co_return invalid_refresh_token();
    bool is_previous = state->previous_hash && equal_constant_time(*state->previous_hash, presented.hash());
    if (is_previous && now < *state->rotated_at + kReplayWindow)
        co_return issue(presented.successor(*state->rotation_salt, state->tag_key), state->role, state->expires_at,
                        now);

    auto entry = audit(AuditAction::refresh_reused, presented.user, presented.auth_session, origin, now);
    co_await revoke(std::move(entry));
    stats_.reused_tokens.add(1);
    log::warn("refresh token reused", {{"event.action", "refresh_reused"}, {"user.id", presented.user.to_string()}});
    co_return refresh_reused();
}

Refreshed AuthService::issue(const RefreshToken& successor, http::Role role, Timestamp expires_at,
                             Timestamp now) const {
    http::Principal principal{.user = successor.user, .auth_session = successor.auth_session, .role = role};
    return Refreshed{.tokens = make_tokens(principal, successor, expires_at, now)};
}

Awaitable<Result<>> AuthService::logout(http::Principal principal, Origin origin) {
    auto entry = audit(AuditAction::logout, principal.user, principal.auth_session, origin, clock_.now());
    co_await revoke(std::move(entry));
    log::info("logout", {{"event.action", "logout"}, {"user.id", principal.user.to_string()}});
    co_return Result<>{};
}

Awaitable<Result<>> AuthService::logout_all(http::Principal principal, Origin origin) {
    auto entry = audit(AuditAction::logout_all, principal.user, principal.auth_session, origin, clock_.now());
    auto ended = co_await store_.revoke_all(std::move(entry));
    co_await registry_.end_all(principal.user, ended, settings_.access.ttl);
    log::info("logout everywhere", {{"event.action", "logout_all"}, {"user.id", principal.user.to_string()}});
    co_return Result<>{};
}

// Redis first: if this node crashes in between, the login ends a moment early, never too late.
Awaitable<bool> AuthService::revoke(AuditEntry entry) {
    co_await registry_.revoke(entry.user, *entry.auth_session, settings_.access.ttl);
    co_return co_await store_.revoke(std::move(entry));
}

Awaitable<ListPart<LoginSession, AuthSessionId>> AuthService::list_sessions(http::Principal principal,
                                                                            LoginSessionPosition after,
                                                                            std::int32_t limit) {
    auto sessions = co_await store_.list_sessions(principal.user, after, limit + 1, clock_.now());
    auto part = take_part(std::move(sessions), static_cast<std::size_t>(limit), &position_of_login);
    for (auto& session : part.items) session.current = session.id == principal.auth_session;
    co_return part;
}

Awaitable<Result<>> AuthService::revoke_session(http::Principal principal, AuthSessionId id, Origin origin) {
    auto now = clock_.now();
    const Error unknown{ErrorCode::not_found, "not_found", "The login session does not exist.", {}};
    bool alive = co_await store_.is_alive(principal.user, id, now);
    if (!alive) co_return unknown;
    auto entry = audit(AuditAction::session_revoked, principal.user, id, origin, now);
    entry.detail = audit_detail("by", principal.auth_session.to_string());
    bool ended = co_await revoke(std::move(entry));
    if (!ended) co_return unknown;
    log::info("login session revoked", {{"event.action", "session_revoked"}, {"user.id", principal.user.to_string()}});
    co_return Result<>{};
}

Awaitable<Result<JwkSet>> AuthService::public_keys() {
    auto keys = co_await keys_.recent(clock_.now());
    JwkSet set;
    for (const auto& key : *keys) set.keys.push_back(Jwk{.kid = key.kid(), .x = base64url_encode(key.public_key())});
    co_return set;
}

}  // namespace mindspace::auth
