#pragma once
// Turns session.* events into session_facts and daily_totals. A fact is kept by its version and a day's totals are made
// anew from its facts: events that come twice, late or out of order change nothing.

#include "platform/events/consumer.h"

namespace mindspace::analytics {

// The name under which the projection reads the outbox.
inline constexpr std::string_view kConsumerName = "analytics";

// An events::Handler; passes over events that are none of its own. Faults: those of postgres::Session.
Awaitable<> project(postgres::Session& session, std::span<const events::Event> events);

}  // namespace mindspace::analytics
