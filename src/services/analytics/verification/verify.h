#pragma once
// Compares facts and totals with meditation_sessions, the truth, and distinguishes lag from divergence.
//
// The event of a fact that lags behind the truth may be in flight. So a fence, our own event, is published after it:
// the events of one user are handled in order, and once the fence is handled, the event of any fact that still lags has
// been lost. A fact that is ahead of the truth, or differs at the same version, and totals and lifetimes that are not
// the sum of the facts are divergences immediately. The comparison uses one snapshot, without a lock; only users who
// diverge there are compared again under the projection's lock, because a cluster has no single snapshot for a
// statement.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"

#include <cstdint>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

struct Verification {
    std::int64_t users = 0;         // compared
    std::vector<UserId> diverging;  // of these
    std::vector<UserId> undecided;  // of these: their events were still in flight after `max_wait`
};

// Faults: those of postgres::Session.
Awaitable<Verification> verify(postgres::Session& session, std::vector<UserId> users, Milliseconds max_wait);

}  // namespace mindspace::analytics
