#include "services/auth/admin/service.h"

#include "platform/base/text/visible_text.h"
#include "services/auth/accounts/email_key.h"
#include "services/auth/passwords/common_passwords.h"

namespace mindspace::auth {

namespace {

constexpr std::int32_t kMaxSessions = 100;

AuditEntry audit(AuditAction action, UserId user, Timestamp now) {
    return {.user = user, .at = now, .action = action, .detail = audit_detail("by", "operator")};
}

}  // namespace

Awaitable<Result<UserId>> AdminService::create(AccountByOperator account) {
    auto& request = account.request;
    if (auto refusal = validate_password(request.password, "password")) co_return std::move(*refusal);
    request.email = composed(trimmed_email(request.email));
    auto hash = co_await hasher_.hash(std::move(request.password));
    auto now = clock_.now();
    user::NewUser user{.id = UserId::make(now),
                       .email = request.email,
                       .display_name = std::move(request.display_name),
                       .timezone = std::move(request.timezone),
                       .locale = request.locale,
                       .created_at = now};
    auto id = user.id;
    NewAccount row{.user = std::move(user), .email_key = email_key(request.email), .password_hash = std::move(hash)};
    if (!account.verified) row.mail = verification_mail(id, std::move(request.email), std::move(request.locale));
    auto entry = audit(AuditAction::registered, id, now);
    auto inserted = co_await store_.insert_account(std::move(row), std::move(entry));
    if (!inserted) co_return inserted.error();
    if (account.verified) co_await admin_.mark_verified(id, now);
    if (account.role != http::Role::user) co_await set_role(id, account.role);
    co_return id;
}

Awaitable<Result<UserId>> AdminService::find(std::string email_or_id) {
    if (auto id = UserId::parse(email_or_id)) {
        auto user = co_await store_.find_user(*id);
        if (user) co_return *id;
    } else if (auto account = co_await store_.find_account(email_or_id)) {
        co_return account->user;
    }
    co_return Error{ErrorCode::not_found, "not_found", "unknown account " + email_or_id, {}};
}

Awaitable<std::vector<ListedAccount>> AdminService::list(std::optional<UserId> user, std::int32_t count) {
    return admin_.list(user, count);
}

Awaitable<> AdminService::set_role(UserId user, http::Role role) {
    auto entry = audit(AuditAction::role_changed, user, clock_.now());
    entry.detail = audit_detail("role", schema::enum_name(role));
    auto ended = co_await admin_.set_role(std::move(entry), role);
    if (ended) co_await registry_.end_all(user, *ended, settings_.access.ttl);
    co_await user::invalidate_cached(redis_, user);
}

Awaitable<> AdminService::disable(UserId user) {
    auto entry = audit(AuditAction::account_disabled, user, clock_.now());
    auto ended = co_await admin_.disable(std::move(entry));
    if (ended) co_await registry_.end_all(user, *ended, settings_.access.ttl);
}

Awaitable<> AdminService::enable(UserId user) {
    auto entry = audit(AuditAction::account_enabled, user, clock_.now());
    co_await admin_.enable(std::move(entry));
}

Awaitable<std::vector<LoginSession>> AdminService::list_sessions(UserId user) {
    return store_.list_sessions(user, kListStart<AuthSessionId>, kMaxSessions, clock_.now());
}

}  // namespace mindspace::auth
