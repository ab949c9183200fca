#pragma once
// The daily partitions of the outbox: created in advance, and dropped when they are old and every consumer has read
// them. Neither waits for locks: a table in use stays unchanged until the next run.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <cstdint>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::events {

inline constexpr std::chrono::days kOutboxRetention{7};

// Creates those for today (UTC) and the next three days. A day whose partition cannot be created (for example because
// its rows went to outbox_default) is logged. Fault: Unavailable.
Awaitable<> create_outbox_partitions(postgres::Session& session, Timestamp now);

// Drops those older than kOutboxRetention; returns how many. Faults: those of postgres::Session.
Awaitable<std::int64_t> drop_outbox_partitions(postgres::Session& session, Timestamp now);

// Both, for the retention job.
Awaitable<std::int64_t> maintain_outbox_partitions(postgres::Session& session, Timestamp now);

}  // namespace mindspace::events
