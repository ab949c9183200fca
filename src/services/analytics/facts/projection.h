#pragma once
// Turns events into facts and totals: session.* into session_facts, daily_totals and lifetimes, user.registered and
// user.deleted into user_facts and the totals of the erased. A fact is stored by its version and a day's totals are
// recomputed from its facts: events that arrive twice, late or out of order change nothing.

#include "platform/events/consumer.h"

#include <string>
#include <vector>

namespace mindspace::analytics {

// The name under which the projection reads the outbox.
inline constexpr std::string_view kConsumerName = "analytics";

// Published by verification (verify.h): a mark in the sequence of a user's events.
inline constexpr std::string_view kFenceEvent = "analytics.fence";

// The events that say how much the service is used.
std::vector<std::string> counted_event_types();

// Call it in a transaction. Ignores events of other kinds. Returns the seconds of meditation that they add. Faults:
// those of postgres::Session.
Awaitable<Seconds> project(postgres::Session& session, std::span<const events::Event> events);

// Call it first in any transaction that writes facts or totals: it lets one transaction at a time do so, regardless of
// the transport of the events, and the next one sees everything that this one has written.
Awaitable<> lock_projection(postgres::Session& session);

// Call it last in that transaction: what is computed from the facts of all users (global/refresh.h) is due again.
Awaitable<> record_change(postgres::Session& session);

}  // namespace mindspace::analytics
