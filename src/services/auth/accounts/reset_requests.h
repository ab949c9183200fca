#pragma once
// The table of those who say that they have forgotten their password. The request is answered when its row stands, by
// the same statement whether or not the address has an account: neither the answer nor its time tells, and a crash
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

    // False, and nothing written, while 10,000 wait.
    Awaitable<bool> add(std::string email, Origin origin, Timestamp now);
    // Resolves those that wait, a portion of them, oldest first. True when there may be more.
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
