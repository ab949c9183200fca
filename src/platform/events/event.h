#pragma once
// An event as stored in the outbox. The services write it in the transaction of the change, with INSERT INTO outbox
// (type, user_id, payload, occurred_at); consumers read it in the order of the positions.

#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/telemetry/trace/trace_context.h"

#include <cstdint>
#include <string>

namespace mindspace::events {

// The position of an event: ordered by the transaction that wrote it, then by number.
struct Position {
    std::string xid = "0";  // an xid8 of PostgreSQL in its text form; compared only in PostgreSQL
    std::int64_t id = 0;
};

struct Event {
    Position position;
    std::string type;  // "session.completed": the subject, and what happened to it, in the past tense
    UserId user{};
    std::string payload;  // a JSON value
    Timestamp occurred_at{};
    telemetry::TraceContext trace{};  // of the span that wrote or published it, if its trace is recorded
};

}  // namespace mindspace::events
