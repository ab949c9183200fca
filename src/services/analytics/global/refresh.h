#pragma once
// Counts all users and refreshes what GET /analytics/global serves. Done by one process of the deployment
// (leader_jobs.h).

#include "platform/async/awaitable.h"

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

// True if there were changes. Reads are never blocked. Counting may take long, and blocks neither writes nor the
// readers of the outbox. Faults: those of postgres::Session, which is then in an unknown state.
Awaitable<bool> refresh_global(postgres::Session& session);

}  // namespace mindspace::analytics
