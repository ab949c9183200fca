#pragma once
// What the tables of events hold of a user: the outbox, also what has been published and is kept for a while, and what
// consumers have put aside.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/privacy/personal_data.h"

#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::events {

privacy::Holdings personal_data();

// Removes the events of users who are erased, but for `user.deleted`, which others may still have to read. Called by
// the last reader of the outbox, within its transaction, once it has read that event.
Awaitable<> forget_events(postgres::Session& session, std::vector<UserId> users);

}  // namespace mindspace::events
