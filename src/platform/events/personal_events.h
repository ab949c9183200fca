#pragma once
// The personal data in the tables of events: the outbox, including published events that are kept for a while, and the
// dead letters of consumers.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/privacy/personal_data.h"

#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::events {

privacy::PersonalTables personal_data();

// Removes the events of erased users except `user.deleted`, which other consumers may still have to read. Called by the
// last reader of the outbox, within its transaction, once it has read that event.
Awaitable<> forget_events(postgres::Session& session, std::vector<UserId> users);

}  // namespace mindspace::events
