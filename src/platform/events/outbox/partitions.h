#pragma once
// The outbox's partitions, one a day: made ahead, and dropped when they are old and every consumer has read them. Both
// wait for nobody: a table that is in use stays as it is until the next time.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <cstdint>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::events {

inline constexpr std::chrono::days kOutboxKept{7};

// For today (UTC) and three days after it. A day that cannot be made (because its rows went to outbox_default, say) is
// logged. Fault: Unavailable.
Awaitable<> make_outbox_partitions(postgres::Session& session, Timestamp now);

// Those older than kOutboxKept; returns how many. Faults: those of postgres::Session.
Awaitable<std::int64_t> drop_outbox_partitions(postgres::Session& session, Timestamp now);

// Both, for the retention job.
Awaitable<std::int64_t> keep_outbox_partitions(postgres::Session& session, Timestamp now);

}  // namespace mindspace::events
