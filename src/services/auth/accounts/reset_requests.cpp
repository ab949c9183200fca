#include "services/auth/accounts/reset_requests.h"

#include "platform/postgres/connection/client.h"
#include "platform/telemetry/log/log.h"
#include "services/auth/accounts/email_key.h"

namespace mindspace::auth {

using postgres::Statement;

namespace {

constexpr std::int64_t kMaxWaiting = 10'000;
constexpr std::int64_t kBatchSize = 16;
constexpr Seconds kRequestLease{40};  // far longer than a batch takes; then the claims of a dead process are due again

}  // namespace

// The column email_key got its name when it held keys; now it is the address as typed. address_key is the key by which
// an account finds its requests.
Awaitable<bool> ResetRequests::add(std::string email, Origin origin, Timestamp now) {
    static constexpr Statement kAdd{"auth_add_reset_request", R"(
        INSERT INTO reset_requests (request_id, email_key, ip, user_agent, requested_at, next_attempt_at, address_key)
        SELECT $1, $2, $3, $4, $5, $5, $7
        WHERE (SELECT count(*) FROM (SELECT 1 FROM reset_requests LIMIT $6) AS waiting) < $6)"};
    auto rows = co_await database_.query(kAdd, ResetRequestId::make(now), email, origin.ip, origin.user_agent, now,
                                         kMaxWaiting, email_key(email));
    co_return rows.affected() == 1;
}

Awaitable<std::vector<ResetRequests::Claimed>> ResetRequests::claim(Timestamp now) {
    static constexpr Statement kClaim{"auth_claim_reset_requests", R"(
        WITH due AS (
            SELECT request_id FROM reset_requests WHERE next_attempt_at <= $1
            ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE reset_requests SET next_attempt_at = $3 FROM due WHERE reset_requests.request_id = due.request_id
        RETURNING reset_requests.request_id, email_key, ip, user_agent)"};
    auto rows = co_await database_.query(kClaim, now, kBatchSize, Timestamp(now + kRequestLease));
    std::vector<Claimed> claimed;
    for (auto row : rows)
        claimed.push_back({.id = row.get<ResetRequestId>(0),
                           .email = row.get<std::string>(1),
                           .origin = {.ip = row.get<std::string>(2), .user_agent = row.get<std::string>(3)}});
    co_return claimed;
}

Awaitable<bool> ResetRequests::resolve(Timestamp now) {
    auto claimed = co_await claim(now);
    for (auto& request : claimed) co_await resolve_one(std::move(request), now);
    co_return claimed.size() == static_cast<std::size_t>(kBatchSize);
}

// If two processes resolve the same row, because a lease had ended, two mails are queued but counted once.
Awaitable<> ResetRequests::resolve_one(Claimed request, Timestamp now) {
    static constexpr Statement kDelete{"auth_delete_reset_request", "DELETE FROM reset_requests WHERE request_id = $1"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kDelete, request.id));
    auto account = co_await accounts_.find_account(std::move(request.email));
    std::optional<user::User> user;
    if (account && !account->disabled) user = co_await accounts_.find_user(account->user);
    if (user) {
        bool allowed = co_await quota_.take(MailKind::password_reset, user->email, request.id.value, now);
        if (!allowed) user.reset();
    }
    if (user) {
        const AuditEntry entry{.user = user->id,
                               .at = now,
                               .action = AuditAction::password_reset_requested,
                               .ip = std::move(request.origin.ip),
                               .user_agent = std::move(request.origin.user_agent)};
        queries.push_back(queue_mail_query(reset_mail(user->id, user->email, user->locale), entry));
    }
    auto results = co_await database_.transaction(std::move(queries));
    if (user && results[1].affected() == 1)
        log::info("password reset requested",
                  {{"event.action", "password_reset_requested"}, {"user.id", user->id.to_string()}});
}

}  // namespace mindspace::auth
