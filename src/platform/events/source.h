#pragma once
// Where a consumer gets its events from: straight from the outbox, or from a broker. At least once, and in order for
// each user. Used by the consumer's coroutine alone.

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

// What cannot be handled, and why: no event of ours, or one that the broker has given up on.
struct Refused {
    Event event;
    std::string reason;
};

struct Batch {
    std::vector<Event> events;
    std::vector<Refused> refused;
    std::size_t redelivered = 0;  // how many of the events the broker has brought before
};

class Source {
public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    // Whether one process at a time may take from it, or all together.
    [[nodiscard]] virtual postgres::Reach reach() const = 0;
    // First, and again after every fault and on every new session.
    virtual Awaitable<> open(postgres::Session& session) = 0;
    // Up to `limit` events; none when none came for a while. What was received and not settled comes again.
    virtual Awaitable<Batch> receive(postgres::Session& session, std::size_t limit) = 0;
    // In the transaction that is going to handle these, before the handler.
    virtual Awaitable<> claim(postgres::Session& session, std::span<const Event> events) = 0;
    // That transaction is committed; `events` are the first of those received that were not settled yet.
    virtual void settle(std::span<const Event> events) = 0;
    // All that was refused has been put aside.
    virtual void settle_refused() = 0;
    // Not the reader any more, until open().
    virtual void resign() = 0;
    // Whoever waits is woken.
    virtual void stop() = 0;

    virtual void collect(const std::string& consumer, telemetry::Page& page) const = 0;
};

}  // namespace mindspace::events
