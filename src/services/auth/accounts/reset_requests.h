#pragma once
// The table of requests from users who forgot their password. A request is acknowledged when its row is stored, by the
// same statement whether or not the address has an account: neither the response nor its time reveals that, and a crash
// loses nothing. The mailer resolves the rows later: each becomes a mail or nothing. Several processes share the work.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "services/auth/mail/quota.h"
#include "services/auth/parts.h"

#include <string>
#include <vector>

namespace mindspace::auth {

using ResetRequestId = Id<struct ResetRequestTag>;

class ResetRequests {
public:
    ResetRequests(postgres::Client& database, MailQuota& quota)
        : database_(database), accounts_(database), quota_(quota) {}

    // False, and nothing written, if 10,000 requests are waiting.
    Awaitable<bool> add(std::string email, Origin origin, Timestamp now);
    // Resolves a batch of the waiting requests, oldest first. True if there may be more.
    Awaitable<bool> resolve(Timestamp now);

private:
    struct Claimed {
        ResetRequestId id{};
        std::string email;
        Origin origin;
    };
    Awaitable<std::vector<Claimed>> claim(Timestamp now);
    Awaitable<> resolve_one(Claimed request, Timestamp now);

    postgres::Client& database_;
    AuthStore accounts_;
    MailQuota& quota_;
};

}  // namespace mindspace::auth
