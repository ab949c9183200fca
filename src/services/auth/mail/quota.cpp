#include "services/auth/mail/quota.h"

#include "platform/json/schema.h"
#include "platform/postgres/connection/client.h"
#include "platform/telemetry/log/log.h"
#include "services/auth/accounts/email_key.h"

#include <algorithm>

namespace mindspace::auth {

using postgres::Statement;

namespace {

std::int32_t scaled(std::uint32_t mails, double scale) {
    return static_cast<std::int32_t>(std::clamp(mails * scale, 1.0, 1e6));
}

}  // namespace

MailQuota::MailQuota(postgres::Client& database, const Secret& secret, const MailLimits& limits, double scale)
    : database_(database),
      secret_(secret),
      per_minute_(scaled(limits.per_minute, scale)),
      per_hour_(scaled(limits.per_hour, scale)),
      per_day_(scaled(limits.per_day, scale)) {}

Uuid MailQuota::keyed_hash(const Uuid& cause) const {
    const auto hash = secret_.keyed_hash("mail causes", cause.to_string());
    Uuid result;
    std::copy_n(hash.begin(), result.bytes.size(), result.bytes.begin());
    return result;
}

Awaitable<bool> MailQuota::take(MailKind kind, std::string email, Uuid cause, Timestamp now) {
    // If the n-th latest is younger than the window, n are in it.
    static constexpr Statement kTake{"auth_count_mail", R"(
        INSERT INTO mail_counts AS known (address_hash, kind, counted_at, cause)
        VALUES ($1, $2, ARRAY[$3::timestamptz], $4)
        ON CONFLICT (address_hash, kind) DO UPDATE
        SET counted_at = CASE WHEN known.cause = excluded.cause THEN known.counted_at
                              ELSE (excluded.counted_at || known.counted_at)[1:$7] END,
            cause = excluded.cause
        WHERE known.cause = excluded.cause
           OR (coalesce(known.counted_at[$5] <= $3 - interval '1 minute', true)
           AND coalesce(known.counted_at[$6] <= $3 - interval '1 hour', true)
           AND coalesce(known.counted_at[$7] <= $3 - interval '1 day', true)))"};
    const auto hash = secret_.keyed_hash("mail counts", email_key(email));
    // The cause of a registration is the user's id, which must not be stored together with the hash of their address.
    const auto hidden_cause = keyed_hash(cause);
    auto rows = co_await database_.query(kTake, hash, schema::enum_name(kind), now, hidden_cause, per_minute_,
                                         per_hour_, per_day_);
    const bool allowed = rows.affected() == 1;
    if (!allowed) {
        refused_.add(1);
        log::info("mail not sent: too many to one address",
                  {{"event.action", "mail_refused"}, {"mindspace.mail.kind", schema::enum_name(kind)}});
    }
    co_return allowed;
}

Error too_many_mails() {
    return {.code = ErrorCode::rate_limited,
            .reason = "rate_limited",
            .detail = "Too many mails to this address. Try again later.",
            .faults = {},
            .retry_after = 60};
}

}  // namespace mindspace::auth
