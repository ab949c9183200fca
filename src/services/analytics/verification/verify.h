#pragma once
// Compares facts and totals with meditation_sessions, the truth, and tells lag from divergence.
//
// A fact behind the truth may have its event on the way. So a fence, an event of our own, is published behind it:
// events of one user are handled in their order, and once the fence is, whatever is still behind has been lost. A fact
// that is ahead of the truth, or differs at the same version, and totals and lifetimes that are not the sum of the
// facts are divergences at once. What is compared is one snapshot, without a lock; only users who diverge there are
// compared again in the projection's turn, because a cluster has no snapshot of all of a statement.

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
    std::vector<UserId> undecided;  // of these: their events were still on the way when patience ended
};

// Faults: those of postgres::Session.
Awaitable<Verification> verify(postgres::Session& session, std::vector<UserId> users, Milliseconds patience);

}  // namespace mindspace::analytics
