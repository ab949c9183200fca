#pragma once
// What keeps ended what was ended after the point in time that a database is restored to. Its tables do not know of
// later logouts, password changes, rotations and used links, so nothing that was issued until now may be accepted
// again: every user logs in anew.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <cstdint>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::auth {

struct Invalidated {
    std::int64_t users = 0;  // whose login sessions have ended
    std::int64_t one_time_tokens = 0;
    std::int64_t signing_keys = 0;
};

// In one transaction, before the restored database serves anyone: ends every login session up to `now`, also those that
// the database does not know; removes one-time tokens and the mails and requests that would deliver them; and withdraws
// all signing keys. The signing process must then use a new key. Faults: those of postgres::Session.
Awaitable<Invalidated> invalidate_all(postgres::Session& session, Timestamp now);

}  // namespace mindspace::auth
