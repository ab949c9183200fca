#include "services/auth/accounts/service.h"

#include "platform/privacy/erasure.h"
#include "platform/telemetry/log/log.h"
#include "services/auth/accounts/email_key.h"
#include "services/auth/passwords/common_passwords.h"

namespace mindspace::auth {

namespace {

// For callers with a valid token.
constexpr auto kPriority = PasswordHasher::QueuePriority::reserved;

Error wrong_password() {
    return {ErrorCode::forbidden, "wrong_password", "The current password is incorrect.", {}};
}

Error invalid_token() {
    schema::Faults faults;
    const schema::Path document;
    faults.add(schema::Path{&document, "token"}, "invalid_token", "is invalid, used or expired");
    auto error = schema::validation_failed(std::move(faults));
    error.reason = "invalid_token";
    error.detail = "The link is no longer valid. Request a new one.";
    return error;
}

AuditEntry audit(AuditAction action, UserId user, const Origin& origin, Timestamp now) {
    return {.user = user, .at = now, .action = action, .ip = origin.ip, .user_agent = origin.user_agent};
}

void report(std::string_view message, std::string_view action, UserId user) {
    log::info(message, {{"event.action", action}, {"user.id", user.to_string()}});
}

ListPosition<AuditId> position_of_record(const AuditRecord& record) {
    return {.at = record.at, .id = record.id};
}

}  // namespace

// The mail that notifies the owner of a password change; nullopt at the limit of such mails.
Awaitable<std::optional<Notice>> AccountService::notice_of_change(UserId id, Timestamp now) {
    auto user = co_await store_.find_user(id);
    if (!user) co_return std::nullopt;
    bool allowed = co_await quota_.take(MailKind::password_changed, user->email, Uuid::v7(now), now);
    if (!allowed) co_return std::nullopt;
    co_return Notice{
        .kind = MailKind::password_changed, .recipient = std::move(user->email), .locale = std::move(user->locale)};
}

// The account if the password is its own; nullopt if it has just been deleted.
Awaitable<Result<std::optional<Account>>> AccountService::check_password(http::Principal principal,
                                                                         std::string password) {
    const auto user = principal.user;
    const auto login = principal.auth_session.to_string();
    auto attempt = co_await attempt_limiter_.begin_within(login);
    if (!attempt.allowed) co_return too_many_password_attempts(attempt);
    auto account = co_await accounts_.find(user);
    if (!account) co_return account;
    bool matches = co_await hasher_.verify(std::move(password), account->password_hash, kPriority);
    if (!matches) co_return wrong_password();
    co_await attempt_limiter_.reset_within(login);
    co_return account;
}

Awaitable<Result<>> AccountService::change_password(http::Principal principal, ChangePassword request, Origin origin) {
    if (auto refusal = validate_password(request.new_password, "newPassword")) co_return std::move(*refusal);
    auto checked = co_await check_password(principal, std::move(request.current_password));
    if (!checked) co_return checked.error();
    auto& account = *checked;
    if (!account) co_return wrong_password();
    auto hash = co_await hasher_.hash(std::move(request.new_password), kPriority);

    auto now = clock_.now();
    auto entry = audit(AuditAction::password_changed, principal.user, origin, now);
    entry.auth_session = principal.auth_session;
    auto notice = co_await notice_of_change(principal.user, now);
    auto ended = co_await accounts_.change_password(std::move(entry), std::move(*account), std::move(hash),
                                                    principal.auth_session, std::move(notice));
    if (!ended) co_return wrong_password();  // another request has just changed it
    co_await registry_.end_all(principal.user, *ended, settings_.access.ttl);
    report("password changed", "password_changed", principal.user);
    co_return Result<>{};
}

Awaitable<Result<>> AccountService::forgot_password(ForgotPassword request, Origin origin) {
    bool added =
        co_await reset_requests_.add(std::string(trimmed_email(request.email)), std::move(origin), clock_.now());
    if (!added)
        co_return Error{ErrorCode::unavailable, "unavailable", "Too many requests at the moment. Try again later.", {}};
    co_return Result<>{};
}

Awaitable<Result<>> AccountService::reset_password(ResetPassword request, Origin origin) {
    auto token = OneTimeToken::parse(request.token);
    if (!token) co_return invalid_token();
    // Checked before hashing, which is expensive: forged tokens must not cause it.
    bool usable = co_await accounts_.is_usable(*token, MailKind::password_reset, clock_.now());
    if (!usable) co_return invalid_token();
    if (auto refusal = validate_password(request.new_password, "newPassword")) co_return std::move(*refusal);
    auto hash = co_await hasher_.hash(std::move(request.new_password), kPriority);

    auto now = clock_.now();
    auto entry = audit(AuditAction::password_reset, token->user, origin, now);
    auto notice = co_await notice_of_change(token->user, now);
    auto ended = co_await accounts_.reset_password(std::move(entry), *token, std::move(hash), std::move(notice));
    if (!ended) co_return invalid_token();
    co_await registry_.end_all(token->user, *ended, settings_.access.ttl);
    report("password reset", "password_reset", token->user);
    co_return Result<>{};
}

Awaitable<Result<>> AccountService::verify_email(VerifyEmail request, Origin origin) {
    auto token = OneTimeToken::parse(request.token);
    if (!token) co_return invalid_token();
    auto now = clock_.now();
    bool usable = co_await accounts_.is_usable(*token, MailKind::email_verification, now);
    if (!usable) co_return invalid_token();
    auto entry = audit(AuditAction::email_verified, token->user, origin, now);
    bool used = co_await accounts_.verify_email(std::move(entry), *token);
    if (!used) co_return invalid_token();
    co_await user::invalidate_cached(redis_, token->user);
    report("email address verified", "email_verified", token->user);
    co_return Result<>{};
}

Awaitable<Result<>> AccountService::resend_verification(http::Principal principal, Origin origin) {
    auto user = co_await store_.find_user(principal.user);
    if (!user || user->email_verified) co_return Result<>{};
    auto now = clock_.now();
    bool allowed = co_await quota_.take(MailKind::email_verification, user->email, Uuid::v7(now), now);
    if (!allowed) co_return too_many_mails();
    auto entry = audit(AuditAction::email_verification_requested, user->id, origin, now);
    entry.auth_session = principal.auth_session;
    auto mail = verification_mail(user->id, std::move(user->email), std::move(user->locale));
    co_await accounts_.queue_mail(std::move(mail), std::move(entry));
    co_return Result<>{};
}

Awaitable<ListPart<AuditRecord, AuditId>> AccountService::list_audit(UserId user, ListPosition<AuditId> after,
                                                                     std::int32_t limit) {
    auto records = co_await accounts_.list_audit(user, after.id, limit + 1);
    co_return take_part(std::move(records), static_cast<std::size_t>(limit), &position_of_record);
}

Awaitable<Result<>> AccountService::delete_account(http::Principal principal, DeleteAccount request,
                                                   std::optional<std::int32_t> expected_version) {
    const auto id = principal.user;
    auto user = co_await store_.find_user(id);
    // Checked before the password, which takes long and counts as an attempt.
    if (user && expected_version && user->version != *expected_version) co_return precondition_failed();
    auto checked = co_await check_password(principal, std::move(request.password));
    if (!checked) co_return checked.error();
    if (!*checked || !user) co_return Result<>{};  // by the same request, sent twice
    privacy::EndedAccount account{.user = id, .email = std::move(user->email), .at = clock_.now()};
    privacy::Erasure erasure(personal_data_, std::move(account));
    co_await erasure.run(database_);
    co_await registry_.end_all(id, SessionsEnd::permanent(), settings_.access.ttl);
    co_await erasure.announce(redis_);
    report("account deleted", "account_deleted", id);
    co_return Result<>{};
}

}  // namespace mindspace::auth
