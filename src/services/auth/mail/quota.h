#pragma once
// Limits how many mails of a kind go to one address, from any account or client: counted in PostgreSQL by a keyed hash
// of the address, so that neither a restart nor deleting the account resets the count. One per core.

#include "platform/async/awaitable.h"
#include "platform/base/result.h"
#include "platform/base/secret.h"
#include "platform/base/time.h"
#include "platform/telemetry/metrics/page.h"
#include "services/auth/mail/queue.h"
#include "services/auth/settings.h"

#include <string>

namespace mindspace::auth {

class MailQuota {
public:
    // `scale` multiplies the limits.
    MailQuota(postgres::Client& database, const Secret& secret, const MailLimits& limits, double scale);

    // Counts a mail; false, and nothing counted, at a limit. The same `cause` twice in a row counts once, so that a
    // request that was aborted between the count and the mail can be retried.
    Awaitable<bool> take(MailKind kind, std::string email, Uuid cause, Timestamp now);

    // Mails that were not sent because of a limit.
    [[nodiscard]] const telemetry::Counter& refused() const { return refused_; }

private:
    [[nodiscard]] Uuid keyed_hash(const Uuid& cause) const;

    postgres::Client& database_;
    const Secret& secret_;
    // In the form that the statement expects.
    std::int32_t per_minute_;
    std::int32_t per_hour_;
    std::int32_t per_day_;
    telemetry::Counter refused_;
};

// Error rate_limited.
Error too_many_mails();

}  // namespace mindspace::auth
