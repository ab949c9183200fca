#pragma once
// Turns events into facts and totals: session.* into session_facts, daily_totals and lifetimes, user.registered and
// user.deleted into user_facts and the totals of the erased. A fact is kept by its version and a day's totals are made
// anew from its facts: events that come twice, late or out of order change nothing.

#include "platform/events/consumer.h"

namespace mindspace::analytics {

// The name under which the projection reads the outbox.
inline constexpr std::string_view kConsumerName = "analytics";

// Published by verification (verify.h): a mark in the order of a user's events.
inline constexpr std::string_view kFenceEvent = "analytics.fence";

// An events::Handler; passes over events that are none of its own. Faults: those of postgres::Session.
Awaitable<> project(postgres::Session& session, std::span<const events::Event> events);

// First in any transaction that writes facts or totals: one at a time does so, whatever transport brings the events,
// and the next one sees all that this one has written.
Awaitable<> lock_projection(postgres::Session& session);

// Last in it: what is made from the facts of all users (global/refresh.h) is due again.
Awaitable<> note_change(postgres::Session& session);

}  // namespace mindspace::analytics
