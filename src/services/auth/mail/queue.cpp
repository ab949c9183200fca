#include "services/auth/mail/queue.h"

#include "platform/json/schema.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/sql.h"

namespace mindspace::auth {

using postgres::ComposedStatement;
using postgres::Statement;

NewMail verification_mail(UserId user, std::string recipient, std::string locale) {
    return {.kind = MailKind::email_verification,
            .recipient = std::move(recipient),
            .locale = std::move(locale),
            .token = OneTimeToken::make(user),
            .token_ttl = std::chrono::hours(24)};
}

NewMail reset_mail(UserId user, std::string recipient, std::string locale) {
    return {.kind = MailKind::password_reset,
            .recipient = std::move(recipient),
            .locale = std::move(locale),
            .token = OneTimeToken::make(user),
            .token_ttl = std::chrono::minutes(30)};
}

postgres::Query queue_mail_query(const NewMail& mail, const AuditEntry& entry) {
    static constexpr ComposedStatement kQueue{"auth_queue_mail", R"(
        WITH token AS (
                 INSERT INTO one_time_tokens (user_id, kind, token_hash, issued_at, expires_at)
                 SELECT user_id, $9, $10, $3, $11 FROM credentials WHERE user_id = $1 FOR KEY SHARE
                 RETURNING user_id),
             change AS (
                 INSERT INTO mails (user_id, mail_id, kind, recipient, locale, token, next_attempt_at, created_at)
                 SELECT user_id, $12, $9, $13, $14, $15, $3, $3 FROM token
                 RETURNING user_id)
        {})",
                                              kAuditChange};
    return bind_audited(kQueue, entry, schema::enum_name(mail.kind), mail.token.hash(),
                        Timestamp(entry.at + mail.token_ttl), MailId::make(entry.at), mail.recipient, mail.locale,
                        mail.token.to_string());
}

postgres::Query queue_notice_query(UserId user, const Notice& notice, std::string_view password_hash, Timestamp now) {
    static constexpr Statement kQueue{"auth_queue_notice", R"(
        INSERT INTO mails (user_id, mail_id, kind, recipient, locale, next_attempt_at, created_at)
        SELECT user_id, $2, $3, $4, $5, $6, $6 FROM credentials WHERE user_id = $1 AND password_hash = $7)"};
    return postgres::bind(kQueue, user, MailId::make(now), schema::enum_name(notice.kind), notice.recipient,
                          notice.locale, now, password_hash);
}

Awaitable<std::vector<ClaimedMail>> MailQueue::claim(std::int32_t count, Timestamp now, Seconds lease) {
    static constexpr Statement kClaim{"auth_claim_mails", R"(
        WITH due AS (
            SELECT user_id, mail_id FROM mails WHERE next_attempt_at <= $1
            ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE mails SET attempts = attempts + 1, next_attempt_at = $3
        FROM due WHERE mails.user_id = due.user_id AND mails.mail_id = due.mail_id
        RETURNING mails.user_id, mails.mail_id, kind, recipient, locale, token, created_at, attempts,
                  coalesce(trace, ''))"};
    auto rows = co_await database_.query(kClaim, now, static_cast<std::int64_t>(count), Timestamp(now + lease));
    std::vector<ClaimedMail> mails;
    for (auto row : rows)
        mails.push_back({.user = row.get<UserId>(0),
                         .id = row.get<MailId>(1),
                         .kind = schema::enum_value<MailKind>(row.get<std::string_view>(2)).value(),
                         .recipient = row.get<std::string>(3),
                         .locale = row.get<std::string>(4),
                         .token = row.get<std::optional<std::string>>(5),
                         .created_at = row.get<Timestamp>(6),
                         .attempt = row.get<std::int32_t>(7),
                         .trace = telemetry::stored_trace(row.get<std::string_view>(8))});
    co_return mails;
}

Awaitable<> MailQueue::mark_sent(ClaimedMail mail, Timestamp now) {
    static constexpr Statement kMark{"auth_mark_mail_sent", R"(
        UPDATE mails SET sent_at = $3, next_attempt_at = NULL, token = NULL, last_error = NULL
        WHERE user_id = $1 AND mail_id = $2)"};
    co_await database_.query(kMark, mail.user, mail.id, now);
}

Awaitable<> MailQueue::retry_at(ClaimedMail mail, std::string why, Timestamp at) {
    static constexpr Statement kRetry{"auth_retry_mail", R"(
        UPDATE mails SET next_attempt_at = $4, last_error = $5
        WHERE user_id = $1 AND mail_id = $2 AND attempts = $3 AND next_attempt_at IS NOT NULL)"};
    co_await database_.query(kRetry, mail.user, mail.id, mail.attempt, at, why);
}

Awaitable<> MailQueue::mark_failed(ClaimedMail mail, std::string why) {
    static constexpr Statement kFail{"auth_fail_mail", R"(
        UPDATE mails SET next_attempt_at = NULL, token = NULL, last_error = $4
        WHERE user_id = $1 AND mail_id = $2 AND attempts = $3 AND next_attempt_at IS NOT NULL)"};
    co_await database_.query(kFail, mail.user, mail.id, mail.attempt, why);
}

}  // namespace mindspace::auth
