#pragma once
// Where a consumer gets its events from: directly from the outbox, or from a broker. Delivers at least once, and in
// order per user. Used by the consumer's coroutine only.

#include "platform/async/awaitable.h"
#include "platform/events/event.h"
#include "platform/postgres/leader/leader.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace mindspace::telemetry {
class Page;
}

namespace mindspace::events {

// A message that cannot be handled, and why: it is not a valid event, or the broker has dead-lettered it.
struct Refused {
    Event event;
    std::string reason;
};

struct Batch {
    std::vector<Event> events;
    std::vector<Refused> refused;
    std::size_t redelivered = 0;  // the number of events that the broker has delivered before
};

class Source {
public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    // Whether one process at a time may read from it, or all together.
    [[nodiscard]] virtual postgres::Leadership leadership() const = 0;
    // Called first, and again after every fault and on every new session.
    virtual Awaitable<> open(postgres::Session& session) = 0;
    // Up to `limit` events; empty if none arrived for a while. Events that were received but not settled are delivered
    // again.
    virtual Awaitable<Batch> receive(postgres::Session& session, std::size_t limit) = 0;
    // Called before the handler, in the transaction that is going to handle these events.
    virtual Awaitable<> claim(postgres::Session& session, std::span<const Event> events) = 0;
    // That transaction is committed; `events` are the first of the received events that were not settled yet.
    virtual void settle(std::span<const Event> events) = 0;
    // All rejected messages have been moved to dead_letters.
    virtual void settle_refused() = 0;
    // This process is no longer the reader, until open().
    virtual void resign() = 0;
    // Wakes all waiting coroutines.
    virtual void stop() = 0;

    virtual void collect(const std::string& consumer, telemetry::Page& page) const = 0;
};

}  // namespace mindspace::events
