#pragma once
// Makes facts and totals anew from meditation_sessions, the truth, while events keep flowing.
//
// Some users at a time, each lot in one transaction that has the projection's turn: no event is applied in between, so
// what is read of the truth holds every event that was applied before, and those that come after find facts with the
// truth's versions. A shadow table would need all space twice and an outage of events for the swap. Accounts that are
// being deleted are left to their event: it folds what is there.

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
    std::int64_t facts = 0;  // that were not as they should be
};

// Of everybody, or of one user. May be stopped at any time and begun again. Faults: those of postgres::Session.
Awaitable<Rebuilt> rebuild(postgres::Session& session, std::optional<UserId> user);

}  // namespace mindspace::analytics
