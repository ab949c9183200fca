#pragma once
// Recomputes facts and totals from meditation_sessions, the truth, while events keep flowing.
//
// Works in batches of users, each in one transaction under the projection's lock: no event is applied in between, so
// what is read of the truth includes every event that was applied before, and later events find facts with the truth's
// versions. A shadow table would need twice the space and a pause of the events for the swap. Accounts that are being
// deleted are left to their event, which folds what is there.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"

#include <cstdint>
#include <optional>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

struct Rebuilt {
    std::int64_t users = 0;
    std::int64_t facts = 0;  // that were wrong
};

// For all users, or for one. Can be stopped at any time and started again. Faults: those of postgres::Session.
Awaitable<Rebuilt> rebuild(postgres::Session& session, std::optional<UserId> user);

}  // namespace mindspace::analytics
