#pragma once
// Events that a consumer rejected repeatedly, in the table dead_letters, from any transport. A retry writes the event
// into the outbox again, with its payload and its time, under a new position.

#include "platform/async/awaitable.h"
#include "platform/events/event.h"

#include <optional>
#include <string>
#include <vector>

namespace mindspace::postgres {
class Client;
class Session;
}  // namespace mindspace::postgres

namespace mindspace::events {

struct DeadLetter {
    std::string consumer;
    std::string id;  // of the event, as event_id() writes it
    std::string type;
    UserId user{};
    Timestamp occurred_at{};
    Timestamp failed_at{};
    std::string error;
};

// Works within a transaction or alone. Storing the same event twice keeps one row. Faults: those of postgres::Session.
Awaitable<> move_to_dead_letters(postgres::Session& session, std::string consumer, Event event, std::string error);

// Oldest first, at most `limit`. Faults: those of postgres::Client.
Awaitable<std::vector<DeadLetter>> list_dead_letters(postgres::Client& database, std::int64_t limit);

// Moves one or all of them back into the outbox; returns how many. Faults: those of postgres::Client.
Awaitable<std::int64_t> retry_dead_letters(postgres::Client& database, std::optional<Position> which);

}  // namespace mindspace::events
