#pragma once
// Counts everybody and refreshes what GET /analytics/global serves. Done by one process of the deployment (upkeep.h).

#include "platform/async/awaitable.h"

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

// True when there was something new. Reads are never blocked, and while it counts, which may take long, neither writes
// nor the readers of the outbox are. Faults: those of postgres::Session, which is then in an unknown state.
Awaitable<bool> refresh_global(postgres::Session& session);

}  // namespace mindspace::analytics
