#pragma once
// What happened, as it stands in the outbox. The services write it there in the transaction of the change, with
// INSERT INTO outbox (type, user_id, payload, occurred_at); consumers get it from there in the order of the positions.

#include "platform/base/ids.h"
#include "platform/base/time.h"

#include <cstdint>
#include <string>

namespace mindspace::events {

// Where an event stands: by the transaction that wrote it, then by number.
struct Position {
    std::string xid = "0";  // an xid8 of PostgreSQL in its text form, only ever compared there
    std::int64_t id = 0;
};

struct Event {
    Position position;
    std::string type;  // "session.completed": what it happened to, and what happened, in the past tense
    UserId user{};
    std::string payload;  // a JSON value
    Timestamp occurred_at{};
};

}  // namespace mindspace::events
